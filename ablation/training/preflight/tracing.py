"""What a model does in its first steps, as one digest: equal for models that differ in nothing training sees."""

from __future__ import annotations

import hashlib

import keras
import numpy as np

from ablation.data import Array
from ablation.evaluation import Head
from ablation.training.preflight.recording import Step, record_steps

STEPS = 2
LEARNING_RATE = 0.01


def trace(model: keras.Model, head: Head, batch: tuple[Array, ...]) -> tuple[str, list[Step]]:
    """Train a few steps of plain gradient descent, noise and penalties on, and return their digest and the steps.

    Losses, gradients, outputs and what is not trained (moving averages) go into it; names do not.

    Args:
        model: As the trial would start with it; its weights change.
        head: Gives the loss.
        batch: Samples, targets, and sample weights if there are; the same in each step.
    """
    steps = record_steps(model, head, [batch] * STEPS, learning_rate=LEARNING_RATE)
    digest = hashlib.sha256()
    for step in steps:
        _add(digest, np.float64(step.loss))
        for gradient in step.gradients.values():
            _add(digest, gradient)
    _add(digest, keras.ops.convert_to_numpy(model(batch[0], training=False)))
    for weight in model.non_trainable_weights:
        _add(digest, keras.ops.convert_to_numpy(weight))
    return digest.hexdigest(), steps


def _add(digest: hashlib._Hash, values: Array | np.float64) -> None:
    digest.update(str(values.shape).encode())
    digest.update((values + 0).tobytes())  # -0 becomes 0: a penalty of strength 0 changes the sign of zeros
