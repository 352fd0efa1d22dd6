"""In which numbers a model computes, and which of its layers keep to float32."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from ablation.spec.layers import INPUT, Backbone, Layer, Residual, Weighted

Precision = Literal["float32", "mixed_bfloat16", "mixed_float16"]


def float32_layers(layers: Sequence[Layer]) -> frozenset[str]:
    """Return the names of the layers that compute in float32 whatever the precision, so that outputs and losses do.

    They are the last layer and, where it has no weights, those it takes, back to the ones that have; not so the
    networks and blocks before it.

    Args:
        layers: Outside of blocks, first to last.
    """
    before = (INPUT, *(layer.name for layer in layers))
    taken = {layer.name: layer.inputs or (before[place],) for place, layer in enumerate(layers)}
    last = layers[-1]
    return frozenset(_back_to_weights(last, {layer.name: layer for layer in layers}, taken) | {last.name})


def _back_to_weights(layer: Layer, layers: Mapping[str, Layer], taken: Mapping[str, Sequence[str]]) -> set[str]:
    if isinstance(layer, Residual | Backbone):
        return set()
    if isinstance(layer, Weighted):
        return {layer.name}
    return {layer.name}.union(*_each_back(layer, layers, taken))


def _each_back(layer: Layer, layers: Mapping[str, Layer], taken: Mapping[str, Sequence[str]]) -> Iterator[set[str]]:
    for name in taken[layer.name]:
        if name != INPUT:
            yield _back_to_weights(layers[name], layers, taken)
