"""Tests of the readers of published files."""
