"""Datasets on this machine: fetched and verified, decoded, split, normalised, and mapped into memory by every trial."""

from ablation.data.arrays import Array
from ablation.data.decoding import materialize
from ablation.data.errors import DataError, DataUnavailable
from ablation.data.preparing import Prepared, PreparedRef, Split, load_prepared, prepare, prepared_key

__all__ = [
    "Array",
    "DataError",
    "DataUnavailable",
    "Prepared",
    "PreparedRef",
    "Split",
    "load_prepared",
    "materialize",
    "prepare",
    "prepared_key",
]
