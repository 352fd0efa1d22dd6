"""Flattening, reshaping and padding."""

from __future__ import annotations

from ablation.spec.layers import Flatten, Reshape, ZeroPadding1D, ZeroPadding2D
from ablation.spec.shapes.families import output_of
from ablation.spec.shapes.ranks import require_image, require_steps
from ablation.spec.shapes.records import Misfit, Output, Shape, display, product, total


@output_of.register
def _(layer: Flatten, shape: Shape) -> Output:
    return Output((product(shape),))


@output_of.register
def _(layer: Reshape, shape: Shape) -> Output:
    size = product(shape)
    fixed = product(axis for axis in layer.target_shape if axis != -1)
    rest = None
    if size is not None and fixed is not None:
        rest, left_over = divmod(size, fixed)
        if left_over or (rest != 1 and -1 not in layer.target_shape):
            hint = f"Give a shape of {size} values; one axis may be -1: what is left."
            message = f"{size} values do not fill {display(_with_unknown(layer.target_shape))}"
            raise Misfit(message, hint, field="target_shape")
    return Output(tuple(rest if axis == -1 else axis for axis in layer.target_shape))


@output_of.register
def _(layer: ZeroPadding1D, shape: Shape) -> Output:
    steps, channels = require_steps(shape)
    before, after = (layer.padding, layer.padding) if isinstance(layer.padding, int) else layer.padding
    return Output((total((steps, before, after)), channels))


@output_of.register
def _(layer: ZeroPadding2D, shape: Shape) -> Output:
    height, width, channels = require_image(shape)
    rows, columns = (layer.padding, layer.padding) if isinstance(layer.padding, int) else layer.padding
    return Output((total((height, _both_sides(rows))), total((width, _both_sides(columns))), channels))


def _with_unknown(target: tuple[int, ...]) -> Shape:
    return tuple(None if axis == -1 else axis for axis in target)


def _both_sides(padding: int | tuple[int, ...]) -> int:
    return 2 * padding if isinstance(padding, int) else sum(padding)
