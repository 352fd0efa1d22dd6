"""Layers that normalise."""

from __future__ import annotations

from ablation.spec.layers import BatchNormalization, GroupNormalization, LayerNormalization
from ablation.spec.shapes.families import output_of
from ablation.spec.shapes.records import Misfit, Output, Shape, product


@output_of.register
def _(layer: BatchNormalization, shape: Shape) -> Output:
    features = shape[feature_axis(layer, shape) - 1]
    learned = layer.center + layer.scale
    return Output(shape, product((learned + 2, features)), untrained=2 * (features or 0))


@output_of.register
def _(layer: LayerNormalization, shape: Shape) -> Output:
    return Output(shape, product((layer.center + layer.scale, shape[feature_axis(layer, shape) - 1])))


@output_of.register
def _(layer: GroupNormalization, shape: Shape) -> Output:
    features = shape[feature_axis(layer, shape) - 1]
    if features is not None and features % layer.groups:
        hint = f"Set groups to a divisor of {features}, or another number of features before it."
        raise Misfit(f"{features} features cannot be divided into {layer.groups} groups", hint, field="groups")
    return Output(shape, product((layer.center + layer.scale, features)))


def feature_axis(layer: BatchNormalization | LayerNormalization | GroupNormalization, shape: Shape) -> int:
    """Return the axis of the features, counted from 1 as 0 is the batch.

    Raises:
        Misfit: The samples have no such axis.
    """
    rank = len(shape)
    axis = layer.axis + rank + 1 if layer.axis < 0 else layer.axis
    if not 1 <= axis <= rank:
        message = f"axis {layer.axis} is the batch" if axis == 0 else f"there is no axis {layer.axis}"
        hint = f"Axes are counted from 1, or back from -1; its input has {rank}. Channels are axis -1."
        raise Misfit(message, hint, field="axis")
    return axis
