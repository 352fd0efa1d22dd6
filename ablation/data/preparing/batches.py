"""Samples in batches that fit into memory: as they were decoded, encoded, or as they are stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ablation.data.arrays import Array
from ablation.data.encoding import Encoding, encode
from ablation.data.samples import Batch, Ragged, Samples, take
from ablation.data.splits import Split
from ablation.spec.normalizers import NormalizeStep, Resize

BATCH_VALUES = 1 << 22
"""Values of a batch: 16 MiB as float32, a few times that while a step works on it."""


@dataclass(frozen=True)
class Chosen:
    """Samples of one part that make a split.

    Args:
        samples: Of the whole part.
        labels: Of the whole part.
        indices: Which of them, in order.
    """

    samples: Samples
    labels: Array
    indices: Array

    def batches(self, size: int) -> Iterator[Batch]:
        """Yield the samples in order, `size` at a time."""
        for start in range(0, len(self.indices), size):
            yield take(self.samples, self.indices[start : start + size])


@dataclass(frozen=True)
class Encoded:
    """Batches of a split, encoded if it holds sequences; read anew each time they are iterated over."""

    chosen: Chosen
    size: int
    encoding: Encoding | None = None

    def __iter__(self) -> Iterator[Batch]:
        for batch in self.chosen.batches(self.size):
            yield batch if self.encoding is None else encode(self.encoding, list(batch))


@dataclass(frozen=True)
class StoredBatches:
    """Stored samples of a split in batches that fit into memory, also after the steps; read anew each time."""

    split: Split
    steps: tuple[NormalizeStep, ...] = ()

    def __iter__(self) -> Iterator[Array]:
        size = batch_size(self.split.x, int(np.prod(self.split.input_shape)), self.steps)
        for start in range(0, len(self.split), size):
            yield self.split.dense(slice(start, start + size))


def batch_size(samples: Samples, width: int | None, steps: tuple[NormalizeStep, ...]) -> int:
    """Return how many samples a batch may have, however much an encoder or a step enlarges them.

    Args:
        samples: What is read.
        width: Numbers of an encoded sample, if there is an encoder.
        steps: What is done to them.
    """
    values = samples.mean_size if isinstance(samples, Ragged) else int(np.prod(samples.shape[1:]))
    resized = [step.height * step.width * 3 for step in steps if isinstance(step, Resize)]
    return max(1, BATCH_VALUES // max(values, width or 1, *resized, 1))
