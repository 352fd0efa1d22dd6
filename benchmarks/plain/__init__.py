"""The source experiments as their write-ups train them: one process, Keras' `fit`, one variant after another."""
