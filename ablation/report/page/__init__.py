"""The page of a run: what stands on it, and what its scripts read."""
