"""The few samples of the training split that a pre-flight works on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ablation.data import Array, Prepared
from ablation.evaluation import Head
from ablation.spec import Trial
from ablation.training.feeding.batches import Batches
from ablation.training.preflight.alike import POOL

FEW = 4


@dataclass(frozen=True)
class Samples:
    """Samples as the net reads them, augmentation off.

    Args:
        x: float32 (n, ...).
        labels: int32 (n,) of classes, or float32 (n, targets) of a regression.
    """

    x: Array
    labels: Array

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: list[int]) -> Samples:
        """Return some of the samples."""
        return Samples(self.x[rows], self.labels[rows])

    def first(self, count: int) -> Samples:
        """Return the first samples, or all where there are fewer."""
        return self.take(list(range(min(count, len(self)))))

    def distinct(self) -> Samples:
        """Leave out samples whose input is that of an earlier one: their labels may contradict each other."""
        return self._one_of_each(self.x)

    def few(self) -> Samples:
        """Return up to FEW samples, no two of them with the same label."""
        return self._one_of_each(self.labels).first(FEW)

    def batch(self, head: Head) -> tuple[Array, Array]:
        """Return samples and the targets that the loss takes."""
        return self.x, head.encoder()(self.labels)

    def _one_of_each(self, values: Array) -> Samples:
        """Return the first sample of each value."""
        firsts: dict[bytes, int] = {}
        for row, value in enumerate(values + 0):  # -0 becomes 0
            firsts.setdefault(value.tobytes(), row)
        return self.take(list(firsts.values()))


def draw_samples(trial: Trial, prepared: Prepared) -> Samples:
    """Return the first POOL samples that the trial will be trained on, whatever its batch size."""
    split = prepared.train
    chosen = Batches(split, lambda labels: labels, batch_size=POOL, seed=trial.seed).samples_of(0, 0)
    return Samples(split.read(chosen), np.asarray(split.y[chosen]))
