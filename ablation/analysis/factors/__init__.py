"""What the factors of a study do: each by itself, in pairs, and in all."""
