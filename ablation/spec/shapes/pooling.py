"""Pooling."""

from __future__ import annotations

from ablation.spec.layers import (
    AveragePooling1D,
    AveragePooling2D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    MaxPooling1D,
    MaxPooling2D,
)
from ablation.spec.shapes.families import output_of
from ablation.spec.shapes.ranks import require_image, require_steps
from ablation.spec.shapes.records import Output, Shape
from ablation.spec.shapes.windows import Window, pair


@output_of.register
def _(layer: MaxPooling1D | AveragePooling1D, shape: Shape) -> Output:
    steps, channels = require_steps(shape)
    stride = layer.pool_size if layer.strides is None else layer.strides
    window = Window((layer.pool_size,), (stride,), layer.padding, (1,), field="pool_size")
    return Output((*window.places((steps,)), channels))


@output_of.register
def _(layer: MaxPooling2D | AveragePooling2D, shape: Shape) -> Output:
    height, width, channels = require_image(shape)
    strides = pair(layer.pool_size if layer.strides is None else layer.strides)
    window = Window(pair(layer.pool_size), strides, layer.padding, (1, 1), field="pool_size")
    return Output((*window.places((height, width)), channels))


@output_of.register
def _(layer: GlobalMaxPooling1D | GlobalAveragePooling1D, shape: Shape) -> Output:
    _, channels = require_steps(shape)
    return Output((1, channels) if layer.keepdims else (channels,))


@output_of.register
def _(layer: GlobalMaxPooling2D | GlobalAveragePooling2D, shape: Shape) -> Output:
    _, _, channels = require_image(shape)
    return Output((1, 1, channels) if layer.keepdims else (channels,))
