"""Convolutions."""

from __future__ import annotations

from ablation.spec.layers import Conv1D, Conv2D, DepthwiseConv2D, SeparableConv2D
from ablation.spec.shapes.families import output_of
from ablation.spec.shapes.ranks import require_image, require_steps
from ablation.spec.shapes.records import Misfit, Output, Shape, product, total
from ablation.spec.shapes.windows import Window, pair


@output_of.register
def _(layer: Conv1D, shape: Shape) -> Output:
    steps, channels = require_steps(shape)
    window = Window((layer.kernel_size,), (layer.strides,), layer.padding, (layer.dilation_rate,))
    _require_stride_or_dilation(window)
    return Output((*window.places((steps,)), layer.filters), _weights(layer, channels, window))


@output_of.register
def _(layer: Conv2D, shape: Shape) -> Output:
    height, width, channels = require_image(shape)
    window = Window(pair(layer.kernel_size), pair(layer.strides), layer.padding, pair(layer.dilation_rate))
    _require_stride_or_dilation(window)
    return Output((*window.places((height, width)), layer.filters), _weights(layer, channels, window))


@output_of.register
def _(layer: DepthwiseConv2D, shape: Shape) -> Output:
    height, width, channels = require_image(shape)
    window = _depthwise_window(layer)
    filters = product((channels, layer.depth_multiplier))
    bias = filters if layer.use_bias else 0
    return Output((*window.places((height, width)), filters), total((product((*window.sizes, filters)), bias)))


@output_of.register
def _(layer: SeparableConv2D, shape: Shape) -> Output:
    height, width, channels = require_image(shape)
    window = _depthwise_window(layer)
    between = product((channels, layer.depth_multiplier))
    bias = layer.filters if layer.use_bias else 0
    parameters = total((product((*window.sizes, between)), product((between, layer.filters)), bias))
    return Output((*window.places((height, width)), layer.filters), parameters)


def _depthwise_window(layer: DepthwiseConv2D | SeparableConv2D) -> Window:
    window = Window(pair(layer.kernel_size), pair(layer.strides), layer.padding, pair(layer.dilation_rate))
    _require_stride_or_dilation(window)
    return window


def _require_stride_or_dilation(window: Window) -> None:
    if max(window.strides) > 1 and max(window.dilation) > 1:
        hint = "Set one of them to 1; a pooling layer after it can take the strides' place."
        raise Misfit("strides and dilation_rate cannot both be above 1", hint, field="dilation_rate")


def _weights(layer: Conv1D | Conv2D, channels: int | None, window: Window) -> int | None:
    for what, count in (("filters", layer.filters), ("input channels", channels)):
        if count is not None and count % layer.groups:
            hint = f"Set groups to a divisor of {layer.filters} filters and {channels} input channels, e.g. 1."
            raise Misfit(f"{count} {what} cannot be divided into {layer.groups} groups", hint, field="groups")
    bias = layer.filters if layer.use_bias else 0
    into_each = None if channels is None else channels // layer.groups
    return total((product((*window.sizes, into_each, layer.filters)), bias))
