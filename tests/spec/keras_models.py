"""Keras' own layers for specs whose fields are named as Keras' arguments: what `ablation.spec.shapes` is held to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras

from ablation.spec import ModelSpec
from ablation.spec.layers import INPUT, Layer

# Where `GruCell`'s kind, say, is not Keras' name in lower case.
NAMES = {
    "lstm": "LSTM",
    "gru": "GRU",
    "prelu": "PReLU",
    "relu": "ReLU",
    "elu": "ELU",
    "leaky_relu": "LeakyReLU",
    "selu": "Activation",
    "gelu": "Activation",
}
NOT_KERAS = ("kind", "name", "enabled", "inputs", "approximate")
# What Keras raises for a layer that does not fit; TypeError and IndexError for ranks it does not expect.
REFUSALS = (ValueError, TypeError, IndexError, ZeroDivisionError)


def keras_model(spec: ModelSpec, input_shape: tuple[int | None, ...]) -> Any:
    """Connect Keras' layers for a spec without blocks."""
    tensors = {INPUT: keras.Input(shape=input_shape)}
    previous = INPUT
    for layer in spec.layers:
        given = [tensors[name] for name in layer.inputs or (previous,)]
        tensors[layer.name] = keras_layer(layer)(given[0] if len(given) == 1 else given)
        previous = layer.name
    return keras.Model(tensors[INPUT], tensors[previous])


def keras_layer(spec: Layer) -> Any:
    """Return a layer of the spec's kind and sizes; starts, penalties and constraints change no shape."""
    return _build(spec.kind, spec.model_dump())


def numbers_in(weights: Sequence[Any]) -> int:
    """Count the numbers in weights."""
    return sum(math.prod(weight.shape) for weight in weights)


def _build(kind: str, fields: dict[str, Any]) -> Any:
    endings = ("_initializer", "_regularizer", "_constraint")
    settings = {key: value for key, value in fields.items() if key not in NOT_KERAS and not key.endswith(endings)}
    if kind in ("selu", "gelu"):
        settings["activation"] = kind
    if kind == "bidirectional":
        cell = dict(settings.pop("layer"))
        settings["layer"] = _build(cell["kind"], cell)
    return getattr(keras.layers, _class_name(kind))(**settings)


def _class_name(kind: str) -> str:
    camel = "".join(part.capitalize() for part in kind.split("_"))
    return NAMES.get(kind, camel.replace("1d", "1D").replace("2d", "2D"))
