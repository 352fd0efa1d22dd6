"""Training of one trial in a process of its own. Importing this room does not import Keras; the process does."""

from ablation.training.batches import Batches, training_batches
from ablation.training.checkpoints import forget_checkpoint
from ablation.training.isolation import (
    BUILD,
    EXTRACT,
    RANGE_TEST,
    TRAIN,
    ProcessEnd,
    is_stopping,
    run_isolated,
    stop_all,
    warm_up,
)
from ablation.training.jobs import (
    HISTORY,
    LOG,
    MODEL,
    PREDICTIONS,
    PREFLIGHT,
    RESULT,
    BuildJob,
    FeaturesJob,
    RangeJob,
    RangeResult,
    SharedFeatures,
    TrainJob,
    TrainResult,
)
from ablation.training.prefix import FrozenPrefix, frozen_prefix
from ablation.training.preflight import Finding, PreflightJob, PreflightResult
from ablation.training.progress import ExtractionProgress, Progress, read_extraction_progress, read_progress
from ablation.training.slots import Capacity, Need, Slots

__all__ = [
    "BUILD",
    "EXTRACT",
    "HISTORY",
    "LOG",
    "MODEL",
    "PREDICTIONS",
    "PREFLIGHT",
    "RANGE_TEST",
    "RESULT",
    "TRAIN",
    "Batches",
    "BuildJob",
    "Capacity",
    "ExtractionProgress",
    "FeaturesJob",
    "Finding",
    "FrozenPrefix",
    "Need",
    "PreflightJob",
    "PreflightResult",
    "ProcessEnd",
    "Progress",
    "RangeJob",
    "RangeResult",
    "SharedFeatures",
    "Slots",
    "TrainJob",
    "TrainResult",
    "forget_checkpoint",
    "frozen_prefix",
    "is_stopping",
    "read_extraction_progress",
    "read_progress",
    "run_isolated",
    "stop_all",
    "training_batches",
    "warm_up",
]
