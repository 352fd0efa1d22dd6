"""Which way a metric is better, told by its name."""

from __future__ import annotations

import re
from typing import Literal

Direction = Literal["min", "max"]

# Looked up first: an accuracy_gap and a top_5_error are better when small, whatever else the name contains.
SMALLER_IS_BETTER = frozenset(
    {
        "loss",
        "objective",
        "error",
        "gap",
        "mae",
        "mse",
        "rmse",
        "mape",
        "msle",
        "ece",
        "nll",
        "brier",
        "crossentropy",
        "perplexity",
        "hinge",
        "huber",
        "divergence",
    }
)
LARGER_IS_BETTER = frozenset(
    {
        "accuracy",
        "acc",
        "auc",
        "f1",
        "fbeta",
        "precision",
        "recall",
        "sensitivity",
        "specificity",
        "r2",
        "top",
        "iou",
        "dice",
    }
)


def metric_direction(metric: str) -> Direction:
    """Say whether smaller ("min") or larger ("max") values of a metric are better.

    Args:
        metric: A name such as val_loss, test_accuracy or top_k_accuracy; split prefixes do not matter.

    Raises:
        ValueError: The name tells nothing; the direction has to be stated.
    """
    words = set(re.split(r"[^a-z0-9]+", metric.lower()))
    if words & SMALLER_IS_BETTER:
        return "min"
    if words & LARGER_IS_BETTER:
        return "max"
    raise ValueError(
        f"whether a smaller or a larger {metric!r} is better cannot be told from its name\n"
        f"  got {metric!r}. State the direction of the comparison: min or max."
    )
