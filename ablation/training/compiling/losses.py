"""Losses of Keras from their specs."""

from __future__ import annotations

import keras

from ablation.evaluation import Head

CLASSES = {
    "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
    "sparse_categorical_crossentropy": keras.losses.SparseCategoricalCrossentropy,
    "binary_crossentropy": keras.losses.BinaryCrossentropy,
    "categorical_focal_crossentropy": keras.losses.CategoricalFocalCrossentropy,
    "binary_focal_crossentropy": keras.losses.BinaryFocalCrossentropy,
    "mean_squared_error": keras.losses.MeanSquaredError,
    "mean_absolute_error": keras.losses.MeanAbsoluteError,
    "huber": keras.losses.Huber,
    "log_cosh": keras.losses.LogCosh,
}
OF_NUMBERS = ("mean_squared_error", "mean_absolute_error", "huber", "log_cosh")


def build_loss(head: Head) -> keras.losses.Loss:
    """Return the Keras loss of a head: from logits, unless the outputs are probabilities or are compared as numbers."""
    settings = head.loss.model_dump(exclude={"kind"})
    if head.loss.kind not in OF_NUMBERS:
        settings["from_logits"] = not head.gives_probabilities
    return CLASSES[head.loss.kind](**settings)
