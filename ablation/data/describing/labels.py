"""How labels are spread over classes, and targets of a regression over numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ablation.data.arrays import Array
from ablation.records import Record


class ClassCounts(Record):
    """A class, and how many samples of each split are of it."""

    name: str
    counts: dict[str, int]


class Quantiles(Record):
    """Where numbers lie: their ends, their quarters, their middle."""

    minimum: float
    lower_quartile: float
    median: float
    upper_quartile: float
    maximum: float


def class_counts(labels: Mapping[str, Array], names: Sequence[str]) -> tuple[ClassCounts, ...]:
    """Count the classes of each split.

    Args:
        labels: int32 (n,), by split.
        names: Of the classes, in order.
    """
    counts = {split: np.bincount(of, minlength=len(names)) for split, of in labels.items()}
    return tuple(
        ClassCounts(name=name, counts={split: int(of[label]) for split, of in counts.items()})
        for label, name in enumerate(names)
    )


def quantiles(values: Array) -> Quantiles:
    """Return the quantiles of at least one number, interpolated linearly."""
    found = np.quantile(values, [0, 0.25, 0.5, 0.75, 1]).tolist()
    return Quantiles(**dict(zip(Quantiles.model_fields, found, strict=True)))


def target_quantiles(labels: Mapping[str, Array]) -> tuple[dict[str, Quantiles], ...]:
    """Return the quantiles of each target by split.

    Args:
        labels: float32 (n, targets), by split.
    """
    targets = next(iter(labels.values())).shape[1]
    return tuple({split: quantiles(of[:, target]) for split, of in labels.items()} for target in range(targets))
