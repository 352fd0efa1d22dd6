"""Prepared splits, and how their samples are read: the last steps are applied to a batch, not to what is stored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ablation.data.arrays import Array
from ablation.data.encoding import Encoding
from ablation.data.normalizing import FittedStep, apply


@dataclass(frozen=True)
class Split:
    """Samples and labels of one part, memory-mapped.

    Args:
        x: As they are stored, shape (n, ...); 8-bit images are 8-bit. `read` gives what a model takes.
        y: Classes, int32 of shape (n,), or targets of a regression, float32 of shape (n, targets).
        trailing: Element-wise steps that `read` applies.
    """

    x: Array
    y: Array
    trailing: tuple[FittedStep, ...] = ()

    def __len__(self) -> int:
        return len(self.y)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one sample."""
        return self.x.shape[1:]

    def read(self, which: slice | Array) -> Array:
        """Return samples after every step, float32 of shape (k, ...)."""
        return apply(self.trailing, self.x[which]).astype(np.float32, copy=False)


@dataclass(frozen=True)
class Prepared:
    """What a trial reads: three splits, and what was fitted on the first."""

    train: Split
    validation: Split
    test: Split
    normalizer: tuple[FittedStep, ...]
    encoding: Encoding | None = None
