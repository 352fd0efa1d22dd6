"""Batches of one split, in an order that depends on (seed, epoch) alone."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ablation import seeds
from ablation.data import Array, Split


class Batches:
    """Float32 samples and one-hot labels; shuffled anew each epoch when a seed is given.

    Args:
        split: Samples of shape (n, ...) and integer labels of shape (n,).
        classes: Number of columns of the one-hot labels.
        batch_size: Samples of one batch; the last batch may be smaller.
        seed: The trial's seed, or None for the split's own order.
    """

    def __init__(self, split: Split, *, classes: int, batch_size: int, seed: int | None = None) -> None:
        self._split = split
        self._targets = np.eye(classes, dtype=np.float32)
        self._batch_size = batch_size
        self._seed = seed
        self._order = lru_cache(maxsize=2)(self._draw_order)

    def __len__(self) -> int:
        """Return the number of batches of an epoch."""
        return -(-len(self._split) // self._batch_size)

    def batch(self, epoch: int, index: int) -> tuple[Array, Array]:
        """Return batch `index` of an epoch: samples of shape (batch, ...), labels of shape (batch, classes)."""
        chosen = self._order(epoch)[index * self._batch_size : (index + 1) * self._batch_size]
        return self._split.x[chosen].astype(np.float32, copy=False), self._targets[self._split.y[chosen]]

    def _draw_order(self, epoch: int) -> Array:
        count = len(self._split)
        if self._seed is None:
            return np.arange(count)
        return np.random.default_rng(seeds.derive(self._seed, "order", epoch)).permutation(count)
