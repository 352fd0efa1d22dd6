"""What a sample of each class counts in the loss that is minimised."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ablation.data import Array


def class_weights(
    wanted: tuple[float, ...] | Literal["balanced"] | None, labels: Array, classes: int | None
) -> Array | None:
    """Return the weight of each class, float32 (classes,); None where every sample counts the same.

    Balanced weights are n / (classes * samples of the class), so that they are 1 on average over the samples.

    Args:
        wanted: The weights, or how to find them.
        labels: Of the training split, int32 (n,).
        classes: Of the dataset; None for a regression.

    Raises:
        ValueError: There is not one weight for each class.
    """
    if wanted is None:
        return None
    if classes is None:
        raise ValueError("training.class_weights: the dataset's targets are numbers, not classes\n  Leave them out.")
    if wanted == "balanced":
        counts = np.bincount(labels, minlength=classes)
        return (len(labels) / (classes * np.maximum(counts, 1))).astype(np.float32)
    if len(wanted) != classes:
        raise ValueError(
            f"training.class_weights: must be one weight for each class\n  got {len(wanted)} for {classes} classes."
        )
    return np.array(wanted, dtype=np.float32)
