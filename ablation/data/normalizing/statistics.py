"""Statistics of samples that come in batches, each exact and in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ablation.data.arrays import Array
from ablation.spec.normalizers import Per


def axes(per: Per, rank: int) -> tuple[int, ...]:
    """Return the axes of a batch of samples that one statistic is taken over.

    Args:
        per: feature, channel (the last axis of images with channels; all of an image without) or dataset.
        rank: Axes of the batch, that of the samples included.
    """
    everything = tuple(range(rank))
    if per == "dataset" or (per == "channel" and rank == 3):
        return everything
    return everything[:1] if per == "feature" else everything[:-1]


def moments(batches: Iterable[Array], per: Per) -> tuple[Array, Array]:
    """Return mean and variance, float64. Source: Chan, Golub and LeVeque, 1979, for the merging of batches."""
    count = 0
    mean = squares = np.zeros(())
    for batch in batches:
        over = axes(per, batch.ndim)
        wide = batch.astype(np.float64)
        size = int(np.prod([batch.shape[axis] for axis in over]))
        center = wide.mean(axis=over)
        shift = center - mean
        squares = squares + ((wide - center) ** 2).sum(axis=over) + shift**2 * (count * size / (count + size))
        mean = mean + shift * (size / (count + size))
        count += size
    return mean, squares / max(1, count)


def extent(batches: Iterable[Array], per: Per) -> tuple[Array, Array]:
    """Return least and greatest value, float64."""
    low, high = np.array(np.inf), np.array(-np.inf)
    for batch in batches:
        over = axes(per, batch.ndim)
        low, high = np.minimum(low, batch.min(axis=over)), np.maximum(high, batch.max(axis=over))
    return low, high


def percentiles(batches: Iterable[Array], wanted: Sequence[float]) -> list[float]:
    """Return percentiles of all values, as float32 and interpolated linearly, like `numpy.percentile`.

    Two passes count the upper and the lower 16 bits of the values' order-preserving integers.
    """
    upper = np.zeros(1 << 16, dtype=np.int64)
    for batch in batches:
        upper += np.bincount(_ordered(batch) >> 16, minlength=1 << 16)
    positions = [share / 100 * (int(upper.sum()) - 1) for share in wanted]
    ranks = sorted({int(rank) for position in positions for rank in (np.floor(position), np.ceil(position))})
    values = dict(zip(ranks, _values_at(batches, upper, ranks), strict=True))
    return [_between(values[int(np.floor(place))], values[int(np.ceil(place))], place % 1) for place in positions]


def _values_at(batches: Iterable[Array], upper: Array, ranks: Sequence[int]) -> list[float]:
    before = np.cumsum(upper)
    heads = [int(np.searchsorted(before, rank, side="right")) for rank in ranks]
    lower = {head: np.zeros(1 << 16, dtype=np.int64) for head in heads}
    for batch in batches:
        keys = _ordered(batch)
        for head, counts in lower.items():
            counts += np.bincount(keys[keys >> 16 == head] & 0xFFFF, minlength=1 << 16)
    found = []
    for rank, head in zip(ranks, heads, strict=True):
        within = rank - int(before[head] - upper[head])
        found.append(_value((head << 16) | int(np.searchsorted(np.cumsum(lower[head]), within, side="right"))))
    return found


def _between(low: float, high: float, share: float) -> float:
    return low + (high - low) * share


def _ordered(batch: Array) -> Array:
    """Return integers that are in the order of the values: IEEE 754 bits, negative ones turned around."""
    bits = np.ascontiguousarray(batch, dtype=np.float32).ravel().view(np.uint32)
    return np.where(bits >> 31, ~bits, bits | np.uint32(1 << 31)).astype(np.int64)


def _value(key: int) -> float:
    bits = key & 0x7FFFFFFF if key >> 31 else ~key & 0xFFFFFFFF
    return float(np.array(bits, dtype=np.uint32).view(np.float32))
