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


def outputs_of_layers(model: keras.Model) -> dict[str, keras.KerasTensor]:
    """Return what each layer gives in a model, by name; a layer may be part of several models."""
    nodes = (node for depth in model._nodes_by_depth.values() for node in depth)
    return {node.operation.name: node.output_tensors[0] for node in nodes}


def _output_of(model: keras.Model, layer: str) -> keras.KerasTensor:
    # `layer.output` of a network inside the model would be the network's own, not what it gives in this model.
    return model.get_layer(layer)._inbound_nodes[0].output_tensors[0]
