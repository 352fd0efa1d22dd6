"""Training of one trial in a process of its own. Importing this room does not import Keras; the process does."""

from ablation.training.batches import Batches, training_batches
from ablation.training.isolation import (
    BUILD,
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
    RESULT,
    BuildJob,
    TrainJob,
    TrainResult,
)
from ablation.training.progress import Progress, read_progress
from ablation.training.slots import Slots

__all__ = [
    "BUILD",
    "HISTORY",
    "LOG",
    "MODEL",
    "PREDICTIONS",
    "RESULT",
    "TRAIN",
    "Batches",
    "BuildJob",
    "ProcessEnd",
    "Progress",
    "Slots",
    "TrainJob",
    "TrainResult",
    "is_stopping",
    "read_progress",
    "run_isolated",
    "stop_all",
    "training_batches",
    "warm_up",
]
