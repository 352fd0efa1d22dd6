"""Normaliser steps as operations of the exported model: those of `ablation.data.normalizing`, in the same order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import singledispatch
from typing import Any

import keras
import numpy as np
from keras import ops

from ablation.data import Array, FittedStep
from ablation.spec.normalizers import (
    Clip,
    Grayscale,
    Log1p,
    MinMax,
    NormalizeStep,
    Rescale,
    Resize,
    Standardize,
    Tanh,
    Whiten,
)

LUMA = np.array([[0.2989], [0.5870], [0.1140]], dtype=np.float32)
Operation = Callable[[Any], Any]


class Preprocessing(keras.layers.Layer):  # type: ignore[misc]  # Keras is untyped
    """Takes raw samples of any type and gives what the model was trained on.

    Args:
        steps: In order, with what was fitted for them.
        is_8_bit: Whether raw samples are 8-bit: images stay rounded until a step makes them numbers.
        weights: Factors of raw values that come first; None: there are none.
    """

    def __init__(self, steps: tuple[FittedStep, ...], *, is_8_bit: bool, weights: Array | None = None) -> None:
        super().__init__(name="preprocessing", dtype="float32", trainable=False)
        self._operations: list[Operation] = [] if weights is None else [lambda x: x * weights]
        for one in steps:
            operation = _operation(one.step, one.values)
            is_image = isinstance(one.step, Resize | Grayscale)
            self._operations.append(_rounded(operation) if is_8_bit and is_image else operation)
            is_8_bit = is_8_bit and is_image

    def call(self, samples: Any) -> Any:
        """Return normalised samples, float32 (Keras calls this)."""
        values = ops.cast(samples, "float32")
        for operation in self._operations:
            values = operation(values)
        return values


def _rounded(operation: Operation) -> Operation:
    return lambda x: ops.clip(ops.round(operation(x)), 0.0, 255.0)


@singledispatch
def _operation(step: NormalizeStep, values: Mapping[str, Array]) -> Operation:
    raise TypeError(f"no operation for {type(step).__name__}")


@_operation.register
def _(step: Rescale, values: Mapping[str, Array]) -> Operation:
    return lambda x: x * np.float32(step.scale) + np.float32(step.offset)


@_operation.register
def _(step: Standardize, values: Mapping[str, Array]) -> Operation:
    return lambda x: (x - values["mean"]) / values["deviation"]


@_operation.register
def _(step: MinMax, values: Mapping[str, Array]) -> Operation:
    return lambda x: (x - values["minimum"]) / values["range"]


@_operation.register
def _(step: Clip, values: Mapping[str, Array]) -> Operation:
    return lambda x: ops.minimum(ops.maximum(x, values["minimum"]), values["maximum"])


@_operation.register
def _(step: Tanh, values: Mapping[str, Array]) -> Operation:
    return lambda x: ops.tanh(x / np.float32(step.scale))


@_operation.register
def _(step: Log1p, values: Mapping[str, Array]) -> Operation:
    return lambda x: ops.log1p(x)


@_operation.register
def _(step: Whiten, values: Mapping[str, Array]) -> Operation:
    def whiten(x: Any) -> Any:
        shape = tuple(x.shape[1:])
        flat = ops.matmul(ops.reshape(x, (-1, int(np.prod(shape)))) - values["mean"], values["matrix"])
        return ops.reshape(flat, (-1, *shape)) if step.kind == "zca_whitening" else flat

    return whiten


@_operation.register
def _(step: Resize, values: Mapping[str, Array]) -> Operation:
    def resize(x: Any) -> Any:
        if tuple(x.shape[1:3]) == (step.height, step.width):
            return x
        return _interpolated(_interpolated(x, 1, step.height), 2, step.width)

    return resize


@_operation.register
def _(step: Grayscale, values: Mapping[str, Array]) -> Operation:
    return lambda x: ops.matmul(x, LUMA)


def _interpolated(images: Any, axis: int, size: int) -> Any:
    """Return images of another size along one axis, between the two nearest rows: places are known beforehand."""
    old = int(images.shape[axis])
    places = np.clip((np.arange(size) + 0.5) * (old / size) - 0.5, 0, old - 1)
    low = np.floor(places).astype(np.int32)
    high = np.minimum(low + 1, old - 1)
    share = (
        (places - low).astype(np.float32).reshape([-1 if place == axis else 1 for place in range(len(images.shape))])
    )
    return ops.take(images, low, axis=axis) * (1 - share) + ops.take(images, high, axis=axis) * share
