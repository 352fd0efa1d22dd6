"""The gradients of a model as it stands, which change nothing in it: operation by operation, without a graph.

A graph of its own would cost a small trial more than its training.
"""

from __future__ import annotations

import importlib
from typing import Any

import keras


def objective_gradients(model: keras.Model, loss: keras.losses.Loss, x: Any, targets: Any) -> list[Any]:
    """Return the gradient of the data's loss plus every penalty, for each trainable weight of a model.

    The model runs as in inference: no dropout, no noise, batch normalisation with its moving statistics. Nothing is
    drawn, and no state of the model or of the process changes.

    Args:
        model: Its order of trainable weights is that of the gradients.
        loss: Of targets and outputs, never weighted by class.
        x: Samples as the model takes them.
        targets: As the loss takes them.

    Returns:
        Tensors of the weights' shapes; an embedding's too.
    """
    given = _jax_gradients if keras.backend.backend() == "jax" else _tensorflow_gradients
    return given(model, loss, x, targets)


def _tensorflow_gradients(model: keras.Model, loss: keras.losses.Loss, x: Any, targets: Any) -> list[Any]:
    import tensorflow as tf

    weights = [weight.value for weight in model.trainable_weights]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(weights)
        outputs = model(x, training=False)
        objective = sum(model.losses, loss(targets, outputs))
    found = tape.gradient(objective, weights, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    # The gradient of an embedding has rows for the words of the batch only, one more than once.
    return [tf.convert_to_tensor(gradient) for gradient in found]


def _jax_gradients(model: keras.Model, loss: keras.losses.Loss, x: Any, targets: Any) -> list[Any]:
    jax = importlib.import_module("jax")

    fixed = [variable.value for variable in model.non_trainable_variables]

    def objective(weights: list[Any]) -> Any:
        outputs, _, penalties = model.stateless_call(weights, fixed, x, training=False, return_losses=True)
        return sum(penalties, loss(targets, outputs))

    found: list[Any] = jax.grad(objective)([weight.value for weight in model.trainable_variables])
    return found
