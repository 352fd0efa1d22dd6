"""Training of one trial in a process of its own. Importing this room does not import Keras; the process does."""

from ablation.training.checkpoints import forget_checkpoint, read_reached
from ablation.training.exporting import EXPORTED, INPUTS, ExportJob, InputContract
from ablation.training.feeding.batches import Batches, training_batches
from ablation.training.feeding.prefix import FrozenPrefix, frozen_prefix
from ablation.training.jobs import (
    BUILD,
    DIAGNOSTICS,
    EXPORT,
    EXTRACT,
    HISTORY,
    LAST_GOOD,
    MODEL,
    OF_DIVERGED,
    PREDICTIONS,
    PREFLIGHT,
    RANGE_TEST,
    RESULT,
    TRAIN,
    BuildJob,
    FeaturesJob,
    RangeJob,
    RangeResult,
    SharedFeatures,
    TrainJob,
    TrainResult,
)
from ablation.training.preflight import Finding, PreflightJob, PreflightResult
from ablation.training.preflight.alike import looked_at
from ablation.training.watching.progress import ExtractionProgress, Progress, read_extraction_progress, read_progress

__all__ = [
    "BUILD",
    "DIAGNOSTICS",
    "EXPORT",
    "EXPORTED",
    "EXTRACT",
    "HISTORY",
    "INPUTS",
    "LAST_GOOD",
    "MODEL",
    "OF_DIVERGED",
    "PREDICTIONS",
    "PREFLIGHT",
    "RANGE_TEST",
    "RESULT",
    "TRAIN",
    "Batches",
    "BuildJob",
    "ExportJob",
    "ExtractionProgress",
    "FeaturesJob",
    "Finding",
    "FrozenPrefix",
    "InputContract",
    "PreflightJob",
    "PreflightResult",
    "Progress",
    "RangeJob",
    "RangeResult",
    "SharedFeatures",
    "TrainJob",
    "TrainResult",
    "forget_checkpoint",
    "frozen_prefix",
    "looked_at",
    "read_extraction_progress",
    "read_progress",
    "read_reached",
    "training_batches",
]
