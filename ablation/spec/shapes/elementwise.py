"""Layers that keep every value's place: activations and noise."""

from __future__ import annotations

from ablation.spec.layers import (
    Activation,
    AlphaDropout,
    Dropout,
    Elu,
    GaussianDropout,
    GaussianNoise,
    Gelu,
    LeakyRelu,
    PRelu,
    Relu,
    Selu,
    SpatialDropout1D,
    SpatialDropout2D,
)
from ablation.spec.shapes.families import output_of
from ablation.spec.shapes.ranks import require_image, require_steps
from ablation.spec.shapes.records import Misfit, Output, Shape, product


@output_of.register
def _(layer: Activation | Relu | LeakyRelu | Elu | Selu | Gelu, shape: Shape) -> Output:
    return Output(shape)


@output_of.register
def _(layer: Dropout | AlphaDropout | GaussianDropout | GaussianNoise, shape: Shape) -> Output:
    return Output(shape)


@output_of.register
def _(layer: SpatialDropout1D, shape: Shape) -> Output:
    require_steps(shape)
    return Output(shape)


@output_of.register
def _(layer: SpatialDropout2D, shape: Shape) -> Output:
    require_image(shape)
    return Output(shape)


@output_of.register
def _(layer: PRelu, shape: Shape) -> Output:
    shared = layer.shared_axes or ()
    if wrong := [axis for axis in shared if axis > len(shape)]:
        hint = f"Axes of a sample are counted from 1; its input has {len(shape)}."
        raise Misfit(f"there is no axis {wrong[0]}", hint, field="shared_axes")
    alphas = product(1 if axis in shared else size for axis, size in enumerate(shape, start=1))
    return Output(shape, alphas)
