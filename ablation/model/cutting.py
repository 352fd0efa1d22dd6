"""The part of a model that follows one of its layers."""

from __future__ import annotations

import keras


def cut_after(model: keras.Model, layer: str) -> keras.Model:
    """Return a model of the layers after one layer, which takes what that layer gives.

    Both models have these layers: what is trained in one is trained in the other.

    Args:
        model: Built from a spec.
        layer: Its name. Nothing after it takes what comes before it.
    """
    # `layer.output` of a network inside the model would be the network's own, not what it gives in this model.
    call = model.get_layer(layer)._inbound_nodes[0]
    return keras.Model(call.output_tensors[0], model.output)
