"""Normaliser steps: fitted on the training split, applied alike to every split."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch

import numpy as np

from ablation.data.arrays import Array
from ablation.records import Record
from ablation.spec.normalizers import NormalizeStep, Rescale, Standardize


class Affine(Record):
    """A fitted step: x * scale + offset, per feature or for all. Values are float32, row-major over one sample."""

    scale: tuple[float, ...]
    offset: tuple[float, ...]


def fit(steps: Sequence[NormalizeStep], x: Array) -> tuple[Affine, ...]:
    """Fit every step on the training samples as the steps before it leave them.

    Args:
        steps: In order.
        x: Training samples, shape (n, ...).
    """
    fitted: list[Affine] = []
    for step in steps:
        affine = _fit(step, apply(fitted, x))
        fitted.append(affine)
    return tuple(fitted)


def apply(fitted: Sequence[Affine], x: Array) -> Array:
    """Apply fitted steps to samples of shape (n, ...).

    Returns:
        float32, the shape of `x`; `x` itself when there is no step.
    """
    shape = x.shape[1:]
    for affine in fitted:
        scale, offset = _shaped(affine.scale, shape), _shaped(affine.offset, shape)
        x = x.astype(np.float32, copy=False) * scale + offset
    return x


def _shaped(values: tuple[float, ...], shape: tuple[int, ...]) -> Array:
    array = np.asarray(values, dtype=np.float32)
    return array[0] if len(values) == 1 else array.reshape(shape)


@singledispatch
def _fit(step: NormalizeStep, x: Array) -> Affine:
    raise TypeError(f"no normaliser for {type(step).__name__}")


@_fit.register
def _(step: Rescale, x: Array) -> Affine:
    return Affine(scale=(step.scale,), offset=(step.offset,))


@_fit.register
def _(step: Standardize, x: Array) -> Affine:
    axis = 0 if step.per == "feature" else None
    mean = np.mean(x, axis=axis, dtype=np.float64)
    deviation = np.maximum(np.std(x, axis=axis, dtype=np.float64), step.epsilon)
    scale = 1.0 / deviation
    return Affine(scale=tuple(np.ravel(scale).tolist()), offset=tuple(np.ravel(-mean * scale).tolist()))
