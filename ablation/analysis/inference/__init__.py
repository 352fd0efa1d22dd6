"""Inference from a few paired differences: intervals, tests, and what more seeds would bring."""
