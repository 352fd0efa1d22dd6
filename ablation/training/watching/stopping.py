"""Early stopping, by the columns of our history."""

from __future__ import annotations

import math
from typing import Any

import keras

from ablation.data import Array
from ablation.spec import EarlyStopping
from ablation.training.checkpoints import State
from ablation.training.watching.history import EpochLog
from ablation.training.watching.monitors import is_smaller_better, monitored


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
