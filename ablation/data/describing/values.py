"""The range of values a feature or a channel, exact, over samples that come in batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import Field

from ablation.data.arrays import Array
from ablation.data.samples import Batch
from ablation.data.splits import Split
from ablation.records import Record

BATCH_VALUES = 1 << 22
MOST_ROWS = 20


class ValueRange(Record):
    """Where the values of a feature, of a channel or of all lie; of the finite ones, but for their count."""

    name: str
    minimum: float | None
    maximum: float | None
    mean: float | None
    deviation: float | None
    zeros: float = Field(description="Share of all values that are 0.")
    not_finite: int = Field(description="How many values are NaN or infinite.")


class Histogram(Record):
    """How many values lie in each of several bins of equal width; the last bin has both its edges."""

    low: float
    high: float
    counts: tuple[int, ...]
    above: int = Field(default=0, description="Values greater than `high`, which no bin holds.")


@dataclass
class _Tally:
    """Running statistics, each of shape (columns,)."""

    count: Array
    finite: Array
    zeros: Array
    low: Array
    high: Array
    mean: Array
    squares: Array

    @staticmethod
    def empty(columns: int) -> _Tally:
        nothing, low, high = np.zeros(columns), np.full(columns, np.inf), np.full(columns, -np.inf)
        return _Tally(nothing, nothing, nothing, low, high, nothing, nothing)

    def merge(self, other: _Tally) -> _Tally:
        """Return the statistics of both. Source: Chan, Golub and LeVeque, 1979."""
        finite = self.finite + other.finite
        share = other.finite / np.maximum(finite, 1)
        shift = other.mean - self.mean
        return _Tally(
            count=self.count + other.count,
            finite=finite,
            zeros=self.zeros + other.zeros,
            low=np.minimum(self.low, other.low),
            high=np.maximum(self.high, other.high),
            mean=self.mean + shift * share,
            squares=self.squares + other.squares + shift**2 * self.finite * share,
        )

    def of(self, column: int) -> _Tally:
        return _Tally(*(value[column : column + 1] for value in vars(self).values()))

    def named(self, name: str) -> ValueRange:
        """Return the statistics of the first column."""
        is_known = bool(self.finite[0])
        numbers = (self.low[0], self.high[0], self.mean[0], np.sqrt(self.squares[0] / max(1, self.finite[0])))
        minimum, maximum, mean, deviation = (float(number) if is_known else None for number in numbers)
        return ValueRange(
            name=name,
            minimum=minimum,
            maximum=maximum,
            mean=mean,
            deviation=deviation,
            zeros=float(self.zeros[0] / max(1, self.count[0])),
            not_finite=int(self.count[0] - self.finite[0]),
        )


def in_batches(split: Split) -> Iterator[Array]:
    """Yield all samples of a prepared split as training reads them, as many at a time as fit into memory."""
    step = max(1, BATCH_VALUES // max(1, int(np.prod(split.input_shape))))
    for start in range(0, len(split), step):
        yield split.read(slice(start, start + step))


def value_ranges(batches: Iterable[Batch], names: Sequence[str]) -> tuple[ValueRange, ...]:
    """Return the range of each column, the last axis of samples; beyond the first 20 the others are one row.

    Args:
        batches: Samples of any shape, or lists of such.
        names: Of the columns; one name stands for all values.
    """
    tally = _Tally.empty(len(names))
    for batch in batches:
        parts = batch if isinstance(batch, list) else [batch]
        tally = tally.merge(_tally(np.concatenate([part.reshape(-1, len(names)) for part in parts])))
    shown = len(names) if len(names) <= MOST_ROWS else MOST_ROWS - 1
    rows = [tally.of(column).named(name) for column, name in enumerate(names[:shown])]
    if shown < len(names):
        others = _Tally.empty(1)
        for column in range(shown, len(names)):
            others = others.merge(tally.of(column))
        rows.append(others.named(f"{len(names) - shown:,} others"))
    return tuple(rows)


def histogram(values: Array, bins: int, *, high: float | None = None) -> Histogram:
    """Count finite values in bins from the least to `high`, or to the greatest.

    Args:
        values: Shape (n,).
        bins: How many.
        high: Where the last bin ends; greater values are counted as above.
    """
    finite = values[np.isfinite(values)].astype(np.float64)
    if not finite.size:
        return Histogram(low=0.0, high=1.0, counts=(0,) * bins)
    low, most = float(finite.min()), float(finite.max())
    high = most if high is None else min(high, most)
    if low == high:
        low, high = low - 0.5, high + 0.5
    counts, _ = np.histogram(finite, bins=bins, range=(low, high))
    return Histogram(low=low, high=high, counts=tuple(counts.tolist()), above=int((finite > high).sum()))


def _tally(values: Array) -> _Tally:
    """Return the statistics of values of shape (n, columns), n at least 1."""
    wide = np.ascontiguousarray(values.T)
    if wide.dtype.kind in "iu" and wide.dtype.itemsize < 4:
        wide = wide.astype(np.float32)
    elif wide.dtype != np.float32:
        wide = wide.astype(np.float64)
    is_finite = np.isfinite(wide)
    count, finite = np.full(len(wide), float(wide.shape[1])), is_finite.sum(axis=1).astype(np.float64)
    zeros = (wide.shape[1] - np.count_nonzero(wide, axis=1)).astype(np.float64)
    low = high = centered = wide
    if not is_finite.all():
        low, high = np.where(is_finite, wide, np.inf), np.where(is_finite, wide, -np.inf)
        centered = np.where(is_finite, wide, 0)
    mean = centered.sum(axis=1, dtype=np.float64) / np.maximum(finite, 1)
    centered = np.where(is_finite, centered - mean[:, None].astype(wide.dtype), 0)
    rest = centered.sum(axis=1, dtype=np.float64)  # what rounding the mean to the type of the values has left
    squares = np.square(centered).sum(axis=1, dtype=np.float64) - rest**2 / np.maximum(finite, 1)
    return _Tally(count, finite, zeros, low.min(axis=1), high.max(axis=1), mean, np.maximum(squares, 0))
