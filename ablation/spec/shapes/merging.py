"""Layers of several inputs."""

from __future__ import annotations

from functools import reduce

from ablation.spec.layers import Add, Average, Concatenate, Maximum, Multiply
from ablation.spec.shapes.families import output_of
from ablation.spec.shapes.records import Misfit, Output, Shape, total


@output_of.register
def _(layer: Add | Multiply | Average | Maximum, *inputs: Shape) -> Output:
    return Output(reduce(_broadcast, inputs))


@output_of.register
def _(layer: Concatenate, *inputs: Shape) -> Output:
    first = inputs[0]
    axis = _position(layer, inputs)
    if len({_without(shape, axis) for shape in inputs}) > 1:
        hint = "Only the axis they are joined at may differ: pad, pool or reshape one of them first."
        raise Misfit(f"its inputs differ beside axis {layer.axis}", hint, field="inputs")
    return Output((*first[:axis], total(shape[axis] for shape in inputs), *first[axis + 1 :]))


def _position(layer: Concatenate, inputs: tuple[Shape, ...]) -> int:
    rank = len(inputs[0])
    if any(len(shape) != rank for shape in inputs):
        hint = "Bring them to the same number of axes first, e.g. by flatten or reshape layers."
        raise Misfit("its inputs differ in their number of axes", hint, field="inputs")
    # Keras counts the batch as axis 0.
    position = layer.axis + rank if layer.axis < 0 else layer.axis - 1
    if not 0 <= position < rank:
        hint = f"Axes are counted from 1, as 0 is the batch, or back from -1; its inputs have {rank}."
        raise Misfit(f"its inputs cannot be joined at axis {layer.axis}", hint, field="axis")
    return position


def _without(shape: Shape, axis: int) -> Shape:
    return (*shape[:axis], *shape[axis + 1 :])


def _broadcast(first: Shape, second: Shape) -> Shape:
    long, short = (first, second) if len(first) >= len(second) else (second, first)
    free = len(long) - len(short)
    return (*long[:free], *(_common(*sizes) for sizes in zip(long[free:], short, strict=True)))


def _common(first: int | None, second: int | None) -> int | None:
    if first is None or second is None:
        return None
    if first != second and 1 not in (first, second):
        hint = "Give them one shape: equal filters and strides, padding: same, or a layer that changes one of them."
        raise Misfit("its inputs differ in shape", hint, field="inputs")
    return max(first, second)
