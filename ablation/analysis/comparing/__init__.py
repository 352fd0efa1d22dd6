"""Variants beside the baseline, seed by seed: what counts, what differs, what it costs, what it means."""
