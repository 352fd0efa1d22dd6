"""Exact gradients on any backend: an optimiser that keeps what it is given.

Keras has no gradients that every backend gives. The change of a weight in a step of plain descent would be one, but
rounded to the weight's own precision: a small gradient of a large weight would be lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from ablation.data import Array
from ablation.evaluation import Head
from ablation.training.compiling.losses import build_loss

FLOAT16_LOSS_SCALE = 256.0  # the smallest number is then 2e-10, and a gradient of 256 is still finite


class GradientRecorder(keras.optimizers.Optimizer):  # type: ignore[misc]  # Keras is untyped
    """Keeps the gradient of every weight, and makes a plain step of descent; at a rate of 0 no weight changes."""

    def build(self, variables: list[Any]) -> None:
        """Make room for the gradients (Keras calls this)."""
        if not self.built:
            super().build(variables)
            self.recorded = self.add_optimizer_variables(variables, "gradient")

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Keep the gradient of one weight and make a step (Keras calls this)."""
        # The gradient of an embedding has rows for the words of the batch only.
        dense = ops.add(ops.zeros(variable.shape, variable.dtype), gradient)
        self.assign(self.recorded[self._get_variable_index(variable)], dense)
        self.assign_sub(variable, ops.multiply(dense, ops.cast(learning_rate, variable.dtype)))


@dataclass(frozen=True)
class Step:
    """What a step of training did.

    Args:
        loss: What was minimised, before the step.
        gradients: By the weight's path, e.g. `hidden/kernel`; in the order of the model.
    """

    loss: float
    gradients: dict[str, Array]

    @property
    def is_finite(self) -> bool:
        """Whether the loss and every gradient are."""
        return bool(np.isfinite(self.loss)) and all(np.isfinite(each).all() for each in self.gradients.values())


def record_steps(
    model: keras.Model, head: Head, batches: list[tuple[Array, ...]], *, learning_rate: float
) -> list[Step]:
    """Train a model, one step a batch, and return what each step did. The model is compiled for it.

    Args:
        model: Its weights change, unless the rate is 0.
        head: Gives the loss.
        batches: Samples, targets, and sample weights if there are.
        learning_rate: Of plain gradient descent.
    """
    optimizer = GradientRecorder(learning_rate=learning_rate, loss_scale_factor=loss_scale(model))
    # A graph is not worth its making for a few steps; other backends than TensorFlow are slow without one.
    is_eager = keras.backend.backend() == "tensorflow"
    model.compile(optimizer=optimizer, loss=build_loss(head), run_eagerly=is_eager, jit_compile="auto")
    steps = []
    for batch in batches:
        with constraints_off(model):
            loss = float(model.train_on_batch(*batch, return_dict=True)["loss"])
        recorded = [ops.convert_to_numpy(each).copy() for each in optimizer.recorded]
        names = [weight.path for weight in model.trainable_weights]
        steps.append(Step(loss, dict(zip(names, recorded, strict=True))))
    return steps


def loss_scale(model: keras.Model) -> float | None:
    """Return what the loss is multiplied with so that small gradients are not 0 in float16; None in other precisions.

    It stays the same, unlike that of a training: a gradient is to be seen in the first step.
    """
    is_half = any(layer.compute_dtype == "float16" for layer in model._flatten_layers())
    return FLOAT16_LOSS_SCALE if is_half else None


@contextmanager
def constraints_off(model: keras.Model) -> Iterator[None]:
    """Leave weights as they are for the length of the block: a step at a rate of 0 changes nothing."""
    kept = [(weight, weight.constraint) for weight in model.trainable_weights]
    for weight, _ in kept:
        weight.constraint = None
    try:
        yield
    finally:
        for weight, constraint in kept:
            weight.constraint = constraint
