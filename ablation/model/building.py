"""A Keras model from its spec."""

from __future__ import annotations

import math

import keras

from ablation.model.layers import build_layer
from ablation.records import Record
from ablation.spec import ModelSpec
from ablation.spec.layers import Layer

# Upper case, which no layer's name may have: names are unique in a model.
INPUT = "Input"


class ModelError(Exception):
    """A model that cannot be built; the message names the layer."""


class ModelSummary(Record):
    """What was built."""

    parameters: int
    trainable_parameters: int
    output_shape: tuple[int | None, ...]
    layers: tuple[str, ...]


def build_model(spec: ModelSpec, *, input_shape: tuple[int, ...], seed: int) -> keras.Model:
    """Stack the layers of a spec.

    Args:
        spec: Enabled layers, first to last.
        input_shape: Shape of one sample.
        seed: The trial's seed: initial weights and dropout noise come from it and the layers' names alone.

    Raises:
        ModelError: A layer does not fit what it is given.
    """
    inputs = keras.Input(shape=input_shape, name=INPUT)
    outputs = inputs
    for layer in spec.layers:
        outputs = _connect(layer, seed, outputs)
    return keras.Model(inputs, outputs, name="model")


def summarize(model: keras.Model) -> ModelSummary:
    """Count weights and list the layers of a built model."""
    return ModelSummary(
        parameters=model.count_params(),
        trainable_parameters=sum(math.prod(weight.shape) for weight in model.trainable_weights),
        output_shape=tuple(model.output_shape),
        layers=tuple(layer.name for layer in model.layers),
    )


def _connect(layer: Layer, seed: int, inputs: keras.KerasTensor) -> keras.KerasTensor:
    try:
        return build_layer(layer, seed)(inputs)
    except (ValueError, TypeError, IndexError) as error:
        reason = str(error).strip().splitlines()[0]
        shape = tuple(inputs.shape[1:])
        raise ModelError(f"model.layers.{layer.name}: does not fit an input of shape {shape}: {reason}") from error
