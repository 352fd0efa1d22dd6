"""Labels and targets as trials read them, and the noise a study puts on the training labels."""

from __future__ import annotations

import numpy as np

from ablation import seeds
from ablation.catalogue import Dataset
from ablation.data.arrays import Array


def as_labels(y: Array, dataset: Dataset) -> Array:
    """Return classes as int32 of shape (n,), targets of a regression as float32 of shape (n, targets)."""
    if dataset.task == "regression":
        return y.reshape(len(y), dataset.targets).astype(np.float32)
    return y.reshape(len(y)).astype(np.int32)


def with_noise(y: Array, classes: int, share: float, seed: int) -> Array:
    """Replace a share of labels, drawn from (seed, "label_noise"), each by another class.

    Args:
        y: Labels, shape (n,).
        classes: Number of classes.
        share: Of the labels that are wrong afterwards.
        seed: The trial's seed.
    """
    rng = np.random.default_rng(seeds.derive(seed, "label_noise"))
    chosen = rng.permutation(len(y))[: round(len(y) * share)]
    noisy = y.copy()
    noisy[chosen] = (y[chosen] + rng.integers(1, classes, size=len(chosen))) % classes
    return noisy
