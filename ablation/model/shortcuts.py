"""Projections: the linear way round a residual block whose output has another shape than its input."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

from ablation import seeds
from ablation.model.initializers import build_initializer
from ablation.model.regularizers import build_regularizer
from ablation.spec.layers import Residual


def project(spec: Residual, inputs: keras.KerasTensor, outputs: keras.KerasTensor, seed: int) -> keras.KerasTensor:
    """Return `inputs` in the shape of `outputs`: a linear layer, for sequences and images a window of 1.

    Args:
        spec: The block.
        inputs: Of shape (batch, features), (batch, steps, channels) or (batch, height, width, channels).
        outputs: Of the same number of axes.
        seed: The trial's seed.

    Raises:
        ValueError: No strides make the shapes meet.

    Source: He et al., Deep Residual Learning for Image Recognition, 2015, equation 2
    """
    settings = _settings(spec, seed)
    strides = _strides(tuple(inputs.shape[1:-1]), tuple(outputs.shape[1:-1]))
    if len(strides) == 0:
        return layers.Dense(outputs.shape[-1], **settings)(inputs)
    if len(strides) == 1:
        return layers.Conv1D(outputs.shape[-1], 1, strides=strides, **settings)(inputs)
    return layers.Conv2D(outputs.shape[-1], 1, strides=strides, **settings)(inputs)


def _settings(spec: Residual, seed: int) -> dict[str, Any]:
    name = f"{spec.name}_projection"
    penalty = spec.projection_regularizer
    return {
        "name": name,
        "kernel_initializer": build_initializer(
            spec.projection_initializer, seeds.derive(seed, "start", name, "kernel")
        ),
        "kernel_regularizer": None if penalty is None else build_regularizer(penalty),
    }


def _strides(before: Sequence[int | None], after: Sequence[int | None]) -> tuple[int, ...]:
    """Return the steps of a window of 1 that leave `after` of `before` places on each axis."""
    if len(before) != len(after):
        raise ValueError("its layers change the number of axes, so that a projection cannot follow; flatten before it")
    steps = tuple(_step(size, wanted) for size, wanted in zip(before, after, strict=True))
    if None in steps:
        sizes = " x ".join(map(str, after))
        raise ValueError(f"no strides of a projection lead to an output of {sizes}; set `padding: same` in its layers")
    return tuple(step for step in steps if step is not None)


def _step(size: int | None, wanted: int | None) -> int | None:
    if size is None or wanted is None:
        return 1 if size == wanted else None
    step = math.ceil(size / wanted)
    return step if math.ceil(size / step) == wanted else None
