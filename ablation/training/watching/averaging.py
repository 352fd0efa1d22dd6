"""Weights averaged over the steps, in place of the last ones wherever the model is looked at."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from ablation.data import Array
from ablation.training.checkpoints import State


class Averaging(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
    """Validates and ends every epoch with the moving average of the weights; training goes on with the weights."""

    def __init__(self) -> None:
        super().__init__()
        self._weights: list[Array] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Put the averages in place (Keras calls this, before the other callbacks')."""
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
