"""Batch normalisation through TensorFlow's fused operation, where that gives what Keras' own operations give."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

# TensorFlow's operation takes a larger one in place of a smaller.
LEAST_EPSILON = 1.001e-5


class BatchNormalization(layers.BatchNormalization):  # type: ignore[misc]  # Keras is untyped
    """Keras' batch normalisation, whose steps of training are one operation instead of ten (docs/decisions/028).

    Inference, frozen layers and masks, axes before the last, two axes and other backends are left to Keras.
    """

    # A saved model names the class by its module: it is Keras' own there, and is loaded without this project.
    __module__ = "keras.layers"

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Return the normalised inputs, and move the averages in training (Keras calls this)."""
        if training and self.trainable and mask is None and self._is_fusible(inputs):
            return self._fused(inputs)
        return super().call(inputs, training=training, mask=mask)

    def _is_fusible(self, inputs: Any) -> bool:
        rank = len(inputs.shape)
        is_plain = not (self.renorm or self.synchronized) and self.epsilon >= LEAST_EPSILON
        is_known = inputs.dtype in ("float32", "bfloat16", "float16") and self.variable_dtype == "float32"
        is_last = rank in (3, 4, 5) and self.axis in (-1, rank - 1)
        return is_plain and is_known and is_last and keras.backend.backend() == "tensorflow"

    def _fused(self, inputs: Any) -> Any:
        import tensorflow as tf

        channels = inputs.shape[-1]
        outputs, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            tf.reshape(inputs, (tf.shape(inputs)[0], -1, 1, channels)) if len(inputs.shape) != 4 else inputs,
            tf.ones(channels) if self.gamma is None else tf.convert_to_tensor(self.gamma),
            tf.zeros(channels) if self.beta is None else tf.convert_to_tensor(self.beta),
            epsilon=self.epsilon,
            is_training=True,
        )
        # The operation's variance is that of a population of which this is a sample, Keras' that of the batch.
        count = tf.cast(tf.size(inputs) // channels, tf.float32)
        self._move(self.moving_mean, mean)
        self._move(self.moving_variance, variance * ((count - 1) / count))
        return tf.ensure_shape(tf.reshape(outputs, tf.shape(inputs)), inputs.shape)

    def _move(self, average: Any, value: Any) -> None:
        average.assign(average * self.momentum + value * (1.0 - self.momentum))
