"""Prepared splits, and how their samples are read: the last steps are applied to a batch, not to what is stored."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ablation.data.arrays import Array
from ablation.data.encoding import Encoding, SparseRows, rows_of, sparse_rows_of
from ablation.data.normalizing import FittedStep, apply
from ablation.data.samples import Ragged, Samples


@dataclass(frozen=True)
class Split:
    """Samples and labels of one split, memory-mapped.

    Args:
        x: Stored samples, often of a whole part: 8-bit images are 8-bit, multi-hot rows are the integers of words.
        y: Classes, int32 of shape (n,), or targets of a regression, float32 of shape (n, targets).
        rows: Which samples of `x` these are, int64 of shape (n,); None: all, in their order.
        trailing: Element-wise steps that `read` applies.
        encoding: Makes rows of the integers, where `x` is such.
        is_sparse: Whether the model takes the numbers of a row that are not 0; only where `has_sparse_rows`.
    """

    x: Samples
    y: Array
    rows: Array | None = None
    trailing: tuple[FittedStep, ...] = ()
    encoding: Encoding | None = None
    is_sparse: bool = False

    def __len__(self) -> int:
        return len(self.y)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one sample."""
        if not isinstance(self.x, Ragged):
            return self.x.shape[1:]
        assert self.encoding is not None
        return (self.encoding.width,)

    @property
    def has_sparse_rows(self) -> bool:
        """Whether samples are rows of words, most of them 0, after every step."""
        return isinstance(self.x, Ragged) and not self.trailing

    def followed_by(self, trailing: tuple[FittedStep, ...]) -> Split:
        """Return the split with these trailing steps."""
        return replace(self, trailing=trailing)

    def read_inputs(self, which: slice | Array) -> Array | SparseRows:
        """Return samples after every step in the form in which the model takes them."""
        if not self.is_sparse:
            return self.read(which)
        assert self.encoding is not None
        return sparse_rows_of(self.encoding, self.words(which))

    def read(self, which: slice | Array) -> Array:
        """Return samples after every step, float32 of shape (k, ...)."""
        return apply(self.trailing, self.dense(which)).astype(np.float32, copy=False)

    def dense(self, which: slice | Array) -> Array:
        """Return samples before the trailing steps, shape (k, ...)."""
        if not isinstance(self.x, Ragged):
            return self.x[which if self.rows is None else self.rows[which]]
        assert self.encoding is not None
        return rows_of(self.encoding, self.words(which))

    def words(self, which: slice | Array) -> Ragged:
        """Return the words of samples that are stored as such, int32."""
        assert isinstance(self.x, Ragged)
        rows = np.arange(len(self)) if self.rows is None else self.rows
        return self.x.take(rows[which])


@dataclass(frozen=True)
class Prepared:
    """What a trial reads: three splits, and all that samples went through, fitted on the first split.

    `features` holds the same splits as the frozen beginning of the trial's model leaves them, where that is stored.
    """

    train: Split
    validation: Split
    test: Split
    normalizer: tuple[FittedStep, ...]
    encoding: Encoding | None = None
    features: Prepared | None = None

    def with_sparse_rows(self) -> Prepared:
        """Return the same splits, read as sparse rows."""
        train, validation, test = (replace(split, is_sparse=True) for split in (self.train, self.validation, self.test))
        return replace(self, train=train, validation=validation, test=test)
