"""Units of relu that never answer."""

from __future__ import annotations

from collections.abc import Iterator

import keras
import numpy as np

from ablation.data import Array
from ablation.model import outputs_of_layers

MOST_DEAD = 0.9


def dead_shares(model: keras.Model, x: Array) -> Iterator[tuple[str, float]]:
    """Yield, for each layer that ends in relu, the share of its units that are 0 for every sample and position.

    Batch normalisations use the statistics of these samples, as in training. Layers inside a backbone are not looked
    at.

    Args:
        model: Not changed.
        x: Samples, float32 (n, ...).
    """
    given = outputs_of_layers(model)
    ends = {layer.name: given[layer.name] for layer in model.layers if _ends_in_relu(layer)}
    if not ends:
        return
    outputs = keras.Model(model.inputs[0], ends)(x, training=True)
    for name, output in outputs.items():
        values = keras.ops.convert_to_numpy(output)
        is_dead = ~np.any(values.reshape(-1, values.shape[-1]), axis=0)
        yield name, float(np.mean(is_dead))


def _ends_in_relu(layer: keras.layers.Layer) -> bool:
    if isinstance(layer, keras.layers.ReLU):
        return not layer.negative_slope
    return getattr(layer, "activation", None) in (keras.activations.relu, keras.activations.relu6)
