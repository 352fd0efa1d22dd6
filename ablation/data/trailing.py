"""The element-wise steps at the end of `data.normalize`: fitted when data is prepared, applied when a batch is read.

The stored arrays do not depend on them, so 8-bit images stay 8-bit on disk and in memory, and trials that differ in
these steps alone share one copy (docs/decisions/014).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ablation.data.arrays import Array, write_once
from ablation.data.batches import batch_size
from ablation.data.normalizing import FittedStep, Normalized, fit, load_normalizer, save_normalizer
from ablation.data.splits import Split
from ablation.spec import digest
from ablation.spec.normalizers import Clip, Log1p, MinMax, NormalizeStep, Rescale, Standardize, Tanh

ELEMENTWISE = (Rescale, Standardize, MinMax, Clip, Tanh, Log1p)
"""Steps whose result for one value depends on that value and on fitted constants, and that keep the shape."""

Steps = tuple[NormalizeStep, ...]


@dataclass(frozen=True)
class Stored:
    """Stored samples in batches that fit into memory, read anew each time they are iterated over."""

    split: Split

    def __iter__(self) -> Iterator[Array]:
        size = batch_size(self.split.x, int(np.prod(self.split.input_shape)), ())
        for start in range(0, len(self.split), size):
            yield self.split.dense(slice(start, start + size))


def divide(steps: Steps) -> tuple[Steps, Steps]:
    """Return the steps that the stored samples went through, and the element-wise ones after them."""
    stored = len(steps)
    while stored and isinstance(steps[stored - 1], ELEMENTWISE):
        stored -= 1
    return steps[:stored], steps[stored:]


def prepare_trailing(directory: Path, steps: Steps, stored: Mapping[str, Split]) -> None:
    """Fit trailing steps on the stored training samples and keep what was fitted, unless that was done before.

    Args:
        directory: Of the prepared arrays.
        steps: The trailing steps.
        stored: The splits by name, `train` among them.

    Raises:
        DataError: A step does not fit the samples of some split.
    """
    place = _directory(directory, steps)
    if not steps or place.is_dir():
        return
    fitted = fit(steps, Stored(stored["train"]))
    _refuse_what_does_not_fit(fitted, stored)
    write_once(place, lambda temporary: save_normalizer(temporary, fitted))


def load_trailing(directory: Path, steps: Steps) -> tuple[FittedStep, ...]:
    """Read what `prepare_trailing` kept.

    Raises:
        FileNotFoundError: These steps were not prepared on this machine.
    """
    return load_normalizer(_directory(directory, steps)) if steps else ()


def _directory(directory: Path, steps: Sequence[NormalizeStep]) -> Path:
    return directory / f"trailing-{digest([step.model_dump(mode='json') for step in steps])[:16]}"


def _refuse_what_does_not_fit(fitted: tuple[FittedStep, ...], stored: Mapping[str, Split]) -> None:
    if not any(isinstance(one.step, Log1p) for one in fitted):
        return  # the others take any value
    for split in stored.values():
        for _ in Normalized(Stored(split), fitted):
            pass
