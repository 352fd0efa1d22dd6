"""A Keras model from its spec."""

from __future__ import annotations

import math
from collections.abc import Sequence

import keras

from ablation.model.errors import ModelError, reason
from ablation.model.graphs import connect_layers
from ablation.model.precision import computing_in
from ablation.model.start import Start, WeightsSource
from ablation.records import Record
from ablation.spec import ModelSpec, Precision, float32_layers
from ablation.spec.layers import Layer

# Upper case, which no layer's name may have: names are unique in a model.
INPUT = "Input"


class ModelSummary(Record):
    """What was built."""

    parameters: int
    trainable_parameters: int
    output_shape: tuple[int | None, ...]
    layers: tuple[str, ...]


def build_model(
    spec: ModelSpec,
    *,
    input_shape: tuple[int, ...],
    seed: int,
    weights: WeightsSource | None = None,
    precision: Precision = "float32",
) -> keras.Model:
    """Connect the layers of a spec.

    Args:
        spec: Resolved: enabled layers, first to last, whose inputs are there.
        input_shape: Shape of one sample.
        seed: The trial's seed: initial weights and noise come from it and the layers' names alone.
        weights: Gives the verified path of a backbone's file of weights.
        precision: What layers compute in; weights are float32, and so are the outputs.

    Raises:
        ModelError: A layer does not fit what it is given, or weights cannot be had.
    """
    start = Start(seed, weights, float32_layers(spec.layers))
    return build_layers(spec.layers, input_shape, start, precision)


def build_layers(
    layers: Sequence[Layer], input_shape: tuple[int, ...], start: Start, precision: Precision
) -> keras.Model:
    """Connect layers that may be a part of a model only.

    Args:
        layers: Enabled layers, first to last, whose inputs are there.
        input_shape: Shape of one sample.
        start: Where weights come from, and which layers compute in float32 always.
        precision: What the others compute in.

    Raises:
        ModelError: A layer does not fit what it is given, or weights cannot be had.
    """
    inputs = keras.Input(shape=input_shape, name=INPUT)
    with computing_in(precision):
        outputs = connect_layers(layers, inputs, start, ("model", "layers"))
    try:
        return keras.Model(inputs, outputs, name="model")
    except ValueError as error:
        raise ModelError(
            f"model.layers: {reason(error)}\n  A residual block makes layers of its name with _projection, _add and "
            "_activation, a backbone one with _preprocess: rename the layer that has such a name."
        ) from error


def summarize(model: keras.Model) -> ModelSummary:
    """Count weights and list the layers of a built model."""
    return ModelSummary(
        parameters=model.count_params(),
        trainable_parameters=sum(math.prod(weight.shape) for weight in model.trainable_weights),
        output_shape=tuple(model.output_shape),
        layers=tuple(layer.name for layer in model.layers),
    )
