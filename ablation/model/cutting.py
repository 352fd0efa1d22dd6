"""The parts of a model before and after one of its layers."""

from __future__ import annotations

import keras


def cut_after(model: keras.Model, layer: str) -> keras.Model:
    """Return a model of the layers after one layer, which takes what that layer gives.

    Both models have these layers: what is trained in one is trained in the other.

    Args:
        model: Built from a spec.
        layer: Its name. Nothing after it takes what comes before it.
    """
    return keras.Model(_output_of(model, layer), model.output)


def keep_until(model: keras.Model, layer: str) -> keras.Model:
    """Return a model of the layers up to one layer, which gives what that layer gives.

    Args:
        model: Built from a spec.
        layer: Its name.
    """
    return keras.Model(model.input, _output_of(model, layer))


def _output_of(model: keras.Model, layer: str) -> keras.KerasTensor:
    # `layer.output` of a network inside the model would be the network's own, not what it gives in this model.
    return model.get_layer(layer)._inbound_nodes[0].output_tensors[0]
