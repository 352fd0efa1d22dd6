"""Operations of Keras that no layer offers, as one layer: a saved model keeps them without custom objects."""

from __future__ import annotations

from collections.abc import Callable

import keras


def apply_as_layer(
    operation: Callable[[keras.KerasTensor], keras.KerasTensor], inputs: keras.KerasTensor, *, name: str
) -> keras.KerasTensor:
    """Apply functions of `keras.ops` and layers, and let the model show them as one layer.

    Args:
        operation: From the inputs to the output.
        inputs: What it is applied to.
        name: Of the layer.
    """
    argument = keras.Input(shape=inputs.shape[1:], dtype=inputs.dtype)
    return keras.Model(argument, operation(argument), name=name)(inputs)
