"""Dense layers and embeddings."""

from __future__ import annotations

from ablation.spec.layers import Dense, Embedding
from ablation.spec.shapes.families import output_of
from ablation.spec.shapes.records import Misfit, Output, Shape, product, total


@output_of.register
def _(layer: Dense, shape: Shape) -> Output:
    if not shape:
        raise Misfit("takes samples of at least one axis", "Put a reshape layer with target_shape: [1] before it.")
    bias = layer.units if layer.use_bias else 0
    return Output((*shape[:-1], layer.units), total((product((shape[-1], layer.units)), bias)))


@output_of.register
def _(layer: Embedding, shape: Shape) -> Output:
    return Output((*shape, layer.output_dim), layer.input_dim * layer.output_dim)
