"""What watches the history while a trial trains: early stopping, the reduction on a plateau, averaged weights."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np

from ablation.data import Array
from ablation.spec import EarlyStopping
from ablation.spec.schedules import ReduceOnPlateau
from ablation.training.checkpoints import State
from ablation.training.history import EpochLog, Row

SMALLER_IS_BETTER = ("loss", "objective", "mse", "rmse", "mae", "ece")


def is_smaller_better(monitor: str) -> bool:
    """Whether a metric of the history, e.g. val_loss, is better when it is smaller."""
    return monitor.removeprefix("val_") in SMALLER_IS_BETTER


class Stopping(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
    """Ends a stage when a metric of the history no longer improves, and keeps the weights of the best epoch.

    The best epoch is that of the whole training, and the next stage goes on from it. Patience begins anew with every
    stage, which may make things worse at first.

    Args:
        spec: What is watched.
        log: Has the history.
        whole: The model whose weights are kept, where a stage may train a part of it; else the one that is trained.
    """

    def __init__(self, spec: EarlyStopping, log: EpochLog, whole: keras.Model | None = None) -> None:
        super().__init__()
        self._whole = whole
        self._spec = spec
        self._log = log
        self._sign = 1.0 if is_smaller_better(spec.monitor) else -1.0
        self._best = math.inf
        self._waited = 0
        self._best_weights: list[Array] | None = None
        self.best_epoch: int | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Begin to count (Keras calls this at the start of every stage)."""
        self._waited = 0

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Compare the epoch with the best one (Keras calls this, after the log's)."""
        value = self._sign * monitored(self._spec.monitor, self._log.history[-1], "training.early_stopping")
        if epoch < self._spec.start_from_epoch:
            return
        if value < self._best - (self._spec.min_delta if math.isfinite(self._best) else 0):
            self._best, self._waited, self.best_epoch = value, 0, epoch + 1
            kept = self.model if self._whole is None else self._whole
            self._best_weights = kept.get_weights() if self._spec.restore_best else None
            return
        self._waited += 1
        if self._waited >= self._spec.patience:
            self.model.stop_training = True

    def state(self) -> State:
        """Return what it remembers of the epochs so far."""
        names = {"best": self._best, "waited": self._waited, "best_epoch": self.best_epoch}
        return names | {"weights": self._best_weights}

    def set_state(self, state: State) -> None:
        """Remember that instead."""
        self._best, self._waited, self.best_epoch = state["best"], state["waited"], state["best_epoch"]
        self._best_weights = state["weights"]

    def restore(self, model: keras.Model) -> bool:
        """Give the model the weights of the best epoch, if that is asked for and there was one; say whether."""
        if self._best_weights is None:
            return False
        model.set_weights(self._best_weights)
        return True


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


class Averaging(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
    """Validates and ends every epoch with the moving average of the weights; training goes on with the weights."""

    def __init__(self) -> None:
        super().__init__()
        self._weights: list[Array] = []

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Put the averages in place (Keras calls this when an epoch's steps are done)."""
        self._weights = [np.array(weight.numpy()) for weight in self.model.trainable_weights]
        self.model.optimizer.finalize_variable_values(self.model.trainable_weights)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Go on with the weights (Keras calls this)."""
        self._restore()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Go on with the weights in the next stage (Keras calls this)."""
        self._restore()

    def state(self) -> State:
        """Return the weights that training goes on with, while the averages are in their place."""
        return {"weights": self._weights}

    def set_state(self, state: State) -> None:
        """Go on with these."""
        self._weights = state["weights"]

    def _restore(self) -> None:
        for weight, value in zip(self.model.trainable_weights, self._weights, strict=False):
            weight.assign(value)
        self._weights = []


def monitored(monitor: str, row: Row, path: str) -> float:
    """Return the watched value of an epoch.

    Raises:
        ValueError: The history has no such column.
    """
    if monitor not in row:
        columns = ", ".join(name for name in row if name not in ("epoch", "learning_rate"))
        raise ValueError(f"{path}.monitor: must be a metric of the history\n  got {monitor!r}. There are {columns}.")
    return row[monitor]
