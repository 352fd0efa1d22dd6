"""Prepared splits, and how their samples are read: the last steps are applied to a batch, not to what is stored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ablation.data.arrays import Array
from ablation.data.encoding import Encoding, rows_of
from ablation.data.normalizing import FittedStep, apply
from ablation.data.samples import Ragged, Samples


@dataclass(frozen=True)
class Split:
    """Samples and labels of one part, memory-mapped.

    Args:
        x: As they are stored: 8-bit images are 8-bit, multi-hot rows are the integers of their words.
        y: Classes, int32 of shape (n,), or targets of a regression, float32 of shape (n, targets).
        trailing: Element-wise steps that `read` applies.
        encoding: Makes rows of the integers, where `x` is such.
    """

    x: Samples
    y: Array
    trailing: tuple[FittedStep, ...] = ()
    encoding: Encoding | None = None

    def __len__(self) -> int:
        return len(self.y)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one sample."""
        return self.x.shape[1:] if not isinstance(self.x, Ragged) else self.dense(slice(0)).shape[1:]

    def read(self, which: slice | Array) -> Array:
        """Return samples after every step, float32 of shape (k, ...)."""
        return apply(self.trailing, self.dense(which)).astype(np.float32, copy=False)

    def dense(self, which: slice | Array) -> Array:
        """Return samples before the trailing steps, shape (k, ...)."""
        if not isinstance(self.x, Ragged):
            return self.x[which]
        assert self.encoding is not None
        indices = np.arange(len(self))[which] if isinstance(which, slice) else which
        return rows_of(self.encoding, self.x.take(indices))


@dataclass(frozen=True)
class Prepared:
    """What a trial reads: three splits, and what was fitted on the first."""

    train: Split
    validation: Split
    test: Split
    normalizer: tuple[FittedStep, ...]
    encoding: Encoding | None = None
