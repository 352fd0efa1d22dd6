"""A learning rate that is reduced when a metric no longer improves."""

from __future__ import annotations

from typing import Any

import keras

from ablation.spec.schedules import ReduceOnPlateau
from ablation.training.checkpoints import State
from ablation.training.watching.history import EpochLog
from ablation.training.watching.monitors import is_smaller_better, monitored


class Plateau(keras.callbacks.ReduceLROnPlateau):  # type: ignore[misc]  # Keras is untyped
    """Keras' reduction of the learning rate, by the columns of our history."""

    def __init__(self, spec: ReduceOnPlateau, log: EpochLog, path: str) -> None:
        super().__init__(
            monitor=spec.monitor,
            factor=spec.factor,
            patience=spec.patience,
            mode="min" if is_smaller_better(spec.monitor) else "max",
            min_delta=spec.min_delta,
            cooldown=spec.cooldown,
            min_lr=spec.min_learning_rate,
        )
        self._log = log
        self._path = f"{path}.schedule"

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Reduce the rate if the epoch was no improvement (Keras calls this, after the log's)."""
        monitored(self.monitor, self._log.history[-1], self._path)
        super().on_epoch_end(epoch, dict(self._log.history[-1]))

    def state(self) -> State:
        """Return what it remembers of the epochs so far; the learning rate is the optimiser's."""
        best = None if self.best is None else float(self.best)
        return {"best": best, "wait": self.wait, "cooldown": self.cooldown_counter}

    def set_state(self, state: State) -> None:
        """Remember that instead."""
        self.best, self.wait, self.cooldown_counter = state["best"], state["wait"], state["cooldown"]
