"""Datasets on this machine: fetched and verified, decoded, split, encoded, normalised, memory-mapped by every trial."""

from ablation.data import describing
from ablation.data.arrays import Array
from ablation.data.augmenting import Augmenter, Batch
from ablation.data.decoding import materialize
from ablation.data.encoding import Encoding, SparseRows, encode
from ablation.data.errors import DataError, DataUnavailable
from ablation.data.features import Extraction, FeaturesRef, extraction, load_features
from ablation.data.fetching import Milestones, OnTransfer, Remote, Transfer, cached_file, fetch_file, path_digest
from ablation.data.locating import is_here, locate
from ablation.data.normalizing import FittedStep
from ablation.data.normalizing import apply as apply_steps
from ablation.data.preparing import PreparedRef, load_prepared, prepare
from ablation.data.splits import Prepared, Split

__all__ = [
    "Array",
    "Augmenter",
    "Batch",
    "DataError",
    "DataUnavailable",
    "Encoding",
    "Extraction",
    "FeaturesRef",
    "FittedStep",
    "Milestones",
    "OnTransfer",
    "Prepared",
    "PreparedRef",
    "Remote",
    "SparseRows",
    "Split",
    "Transfer",
    "apply_steps",
    "cached_file",
    "describing",
    "encode",
    "extraction",
    "fetch_file",
    "is_here",
    "load_features",
    "load_prepared",
    "locate",
    "materialize",
    "path_digest",
    "prepare",
]
