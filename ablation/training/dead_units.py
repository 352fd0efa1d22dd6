"""Units of relu that never answer."""

from __future__ import annotations

import keras
import numpy as np

from ablation.data import Array
from ablation.model import outputs_of_layers
from ablation.training.feeding.row_sums import RowSums


def relu_outputs(model: keras.Model) -> keras.Model | None:
    """Return a model of the same layers that gives what each layer that ends in relu gives, by the layer's name.

    Layers inside a backbone are not looked at.

    Returns:
        None where no layer ends in relu.
    """
    given = outputs_of_layers(model)
    ends = {layer.name: given[layer.name] for layer in model.layers if _ends_in_relu(layer)}
    return keras.Model(model.inputs[0], ends, name="relu_outputs") if ends else None


def dead_share(output: Array) -> float:
    """Return the share of units that answer no sample, at no position.

    Args:
        output: Of a layer that ends in relu, shape (n, ..., units).
    """
    return float(np.mean(np.all(output.reshape(-1, output.shape[-1]) <= 0, axis=0)))


def _ends_in_relu(layer: keras.layers.Layer) -> bool:
    if isinstance(layer, keras.layers.ReLU):
        return not layer.negative_slope
    dense = layer.dense if isinstance(layer, RowSums) else layer
    return getattr(dense, "activation", None) in (keras.activations.relu, keras.activations.relu6)
