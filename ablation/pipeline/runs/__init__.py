"""A run as a whole: who attends it, how it ends, what is tidied after it."""
