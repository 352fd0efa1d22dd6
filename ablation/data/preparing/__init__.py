"""Stored samples, splits and fitted steps: made once, memory-mapped by every trial that shares them."""

from ablation.data.preparing.preparation import PreparedRef, load_prepared, prepare

__all__ = ["PreparedRef", "load_prepared", "prepare"]
