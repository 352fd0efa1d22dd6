"""The length of weights and gradients: of a layer, and of a model."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import keras
import numpy as np


def l2_norm(tensors: Iterable[Any]) -> float:
    """Return the root of the sum of all squares, summed in float64 and in one order whatever the number of threads."""
    arrays = (keras.ops.convert_to_numpy(tensor) for tensor in tensors)
    return math.sqrt(sum(float(np.sum(np.square(array, dtype=np.float64))) for array in arrays))


def weight_norms(model: keras.Model) -> dict[str, float]:
    """Return the norm of the weights of each layer that has some, by name.

    Weights of frozen layers count, statistics of batch normalisations do not. A backbone is one layer.
    """
    weights = {layer.name: _weights(layer) for layer in model.layers}
    return {name: l2_norm(each) for name, each in weights.items() if each}


def gradient_norms(model: keras.Model, gradients: Sequence[Any]) -> dict[str, float]:
    """Return the norm of the gradients of each layer that is trained, by name.

    Args:
        model: Whose layers.
        gradients: One for each of its trainable weights, in their order.
    """
    by_weight = {id(weight): gradient for weight, gradient in zip(model.trainable_weights, gradients, strict=True)}
    trained = {layer.name: layer.trainable_weights for layer in model.layers if layer.trainable_weights}
    return {name: l2_norm(by_weight[id(weight)] for weight in weights) for name, weights in trained.items()}


def total_norm(norms: dict[str, float]) -> float:
    """Return the norm of all layers together."""
    return math.sqrt(sum(norm**2 for norm in norms.values()))


def _weights(layer: keras.layers.Layer) -> list[Any]:
    """Return what gradients could change in a layer; a frozen one says that it has no trainable weights."""
    weights = [weight for part in layer._flatten_layers() for weight in part._trainable_variables]
    return list({id(weight): weight for weight in weights}.values())
