"""Batches of one split, in an order that depends on (seed, epoch) alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from functools import cached_property, lru_cache

import numpy as np

from ablation import seeds
from ablation.data import Array, Augmenter, Batch, SparseRows, Split
from ablation.evaluation import Head, TargetEncoder
from ablation.spec import Trial
from ablation.training.feeding.class_weights import class_weights


@dataclass(frozen=True)
class Batches:
    """Float32 samples and their targets; shuffled anew each epoch when a seed is given.

    Args:
        split: Samples, read after their last steps of normalising, and labels.
        encode: From labels to the targets of the loss.
        batch_size: Samples of one batch; the last batch may be smaller.
        seed: The trial's seed, or None for the split's own order.
        class_weights: What a sample of each class counts, float32 (classes,); a mixed sample counts by its first label.
        augmenter: Changes samples and targets of a batch.
    """

    split: Split
    encode: TargetEncoder
    _: KW_ONLY
    batch_size: int
    seed: int | None = None
    class_weights: Array | None = None
    augmenter: Augmenter | None = None

    def __len__(self) -> int:
        """Return the number of batches of an epoch."""
        return -(-len(self.split) // self.batch_size)

    def batch(self, epoch: int, index: int) -> tuple[Array | SparseRows, ...]:
        """Return batch `index` of an epoch: samples (batch, ...), targets, and sample weights (batch,) if there are."""
        chosen = self.samples_of(epoch, index)
        batch = self._inputs_and_targets(epoch, chosen)
        return batch if self.class_weights is None else (*batch, self.class_weights[self.split.y[chosen]])

    def _inputs_and_targets(self, epoch: int, chosen: Array) -> tuple[Array | SparseRows, Array]:
        targets = self.encode(self.split.y[chosen])
        if self.augmenter is None:
            return self.split.read_inputs(chosen), targets
        batch = self.augmenter(Batch(self.split.read(chosen), targets), epoch, chosen)
        return batch.x, batch.targets

    def samples_of(self, epoch: int, index: int) -> Array:
        """Return which samples of the split are in a batch, int64 of shape (batch,)."""
        return self._order(epoch)[index * self.batch_size : (index + 1) * self.batch_size]

    def find(self, epoch: int, sample: int) -> tuple[int, int]:
        """Return in which batch of an epoch a sample of the split is, and where in it."""
        place = int(np.flatnonzero(self._order(epoch) == sample)[0])
        return divmod(place, self.batch_size)

    @cached_property
    def _order(self) -> Callable[[int], Array]:
        return lru_cache(maxsize=2)(self._draw_order)

    def _draw_order(self, epoch: int) -> Array:
        count = len(self.split)
        if self.seed is None:
            return np.arange(count)
        return np.random.default_rng(seeds.derive(self.seed, "order", epoch)).permutation(count)


def training_batches(trial: Trial, train: Split, head: Head) -> Batches:
    """Return what a trial is trained on: shuffled, augmented and weighted as its spec says.

    Args:
        trial: Gives the spec and the seed.
        train: Its training split.
        head: What the outputs of its model mean.

    Raises:
        ValueError: The class weights do not fit the dataset.
    """
    spec, steps = trial.spec.training, trial.spec.data.augment
    return Batches(
        train,
        head.encoder(),
        batch_size=len(train) if spec.batch_size == "all" else spec.batch_size,
        seed=trial.seed,
        class_weights=class_weights(spec.class_weights, train.y, head.classes),
        augmenter=Augmenter(steps, train, trial.seed) if steps else None,
    )
