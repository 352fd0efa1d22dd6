"""Normaliser steps: fitted on the training split, applied alike to every split."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatch
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from ablation.data.arrays import Array, read_arrays, write_arrays
from ablation.data.errors import DataError
from ablation.data.normalizing.imaging import grayscale, resize
from ablation.data.normalizing.statistics import extent, moments, percentiles
from ablation.data.normalizing.whitening import fit_whitening, whiten
from ablation.data.samples import Batch
from ablation.spec import canonical_json
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

STEPS_FILE = "normalizer.json"
VALUES_FOLDER = "normalizer"
_STEPS = TypeAdapter(tuple[NormalizeStep, ...])


@dataclass(frozen=True)
class FittedStep:
    """A step and what was fitted for it on the training split.

    Args:
        step: As the spec states it.
        values: By name, e.g. mean and deviation; float32. They are broadcast over samples, or are matrices.
    """

    step: NormalizeStep
    values: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Normalized:
    """Batches as the steps before leave them, made anew each time they are iterated over."""

    batches: Iterable[Batch]
    steps: Sequence[FittedStep]

    def __iter__(self) -> Iterator[Array]:
        for batch in self.batches:
            yield apply(self.steps, batch)


def fit(steps: Sequence[NormalizeStep], batches: Iterable[Batch]) -> tuple[FittedStep, ...]:
    """Fit every step on the training samples as the steps before it leave them.

    Args:
        steps: In order.
        batches: Training samples, each batch of shape (n, ...) or a list of images of different sizes. They are
            iterated over several times: a list, or an object that begins anew.

    Raises:
        DataError: A step does not fit the samples.
    """
    fitted: list[FittedStep] = []
    for step in steps:
        values = _fit(step, Normalized(batches, tuple(fitted)))
        narrow = {name: np.asarray(value, dtype=np.float32) for name, value in values.items()}
        fitted.append(FittedStep(step, narrow))
    return tuple(fitted)


def apply(fitted: Sequence[FittedStep], x: Batch) -> Array:
    """Apply fitted steps to samples of shape (n, ...), or to a list of images of different sizes.

    Returns:
        float32, or uint8 where 8-bit images were only resized or made grey; `x` itself when there is no step.

    Raises:
        DataError: A step does not fit the samples.
    """
    for position, one in enumerate(fitted):
        x = _to_one_size(one.step, x, position) if isinstance(x, list) else _apply(one.step, one.values, x)
    if isinstance(x, list):
        raise DataError("data.normalize: the images are of different sizes. Make the first step a `resize`.")
    return x


def save_normalizer(directory: Path, fitted: Sequence[FittedStep]) -> None:
    """Write fitted steps as normalizer.json and, for what was fitted, normalizer/<position>_<name>.npy."""
    (directory / STEPS_FILE).write_bytes(canonical_json([one.step.model_dump(mode="json") for one in fitted]))
    named = {f"{place}_{name}": value for place, one in enumerate(fitted) for name, value in one.values.items()}
    (directory / VALUES_FOLDER).mkdir()
    write_arrays(directory / VALUES_FOLDER, named)


def load_normalizer(directory: Path) -> tuple[FittedStep, ...]:
    """Read what `save_normalizer` wrote."""
    steps = _STEPS.validate_json((directory / STEPS_FILE).read_bytes())
    values: list[dict[str, Array]] = [{} for _ in steps]
    for key, array in read_arrays(directory / VALUES_FOLDER).items():
        place, _, name = key.partition("_")
        values[int(place)][name] = np.array(array)  # small, and a memory map is slow to compute with
    return tuple(FittedStep(step, of_step) for step, of_step in zip(steps, values, strict=True))


def _to_one_size(step: NormalizeStep, images: list[Array], position: int) -> Array:
    if not isinstance(step, Resize):
        raise DataError(
            f"data.normalize.{position}: {step.kind} of images of different sizes. Make the first step a `resize`."
        )
    return np.concatenate([resize(image[np.newaxis], step.height, step.width) for image in images])


@singledispatch
def _fit(step: NormalizeStep, batches: Iterable[Array]) -> Mapping[str, Array]:
    """Return what is fitted for a step: nothing, unless it says otherwise."""
    return {}


@_fit.register
def _(step: Standardize, batches: Iterable[Array]) -> Mapping[str, Array]:
    mean, variance = moments(batches, step.per)
    deviation = np.sqrt(variance)
    return {"mean": mean, "deviation": np.where(deviation > step.epsilon, deviation, 1.0)}


@_fit.register
def _(step: MinMax, batches: Iterable[Array]) -> Mapping[str, Array]:
    low, high = extent(batches, step.per)
    # A constant feature becomes 0.
    return {"minimum": low, "range": np.where(high > low, high - low, 1.0)}


@_fit.register
def _(step: Clip, batches: Iterable[Array]) -> Mapping[str, Array]:
    low = -np.inf if step.minimum is None else step.minimum
    high = np.inf if step.maximum is None else step.maximum
    if step.lower_percentile is not None or step.upper_percentile is not None:
        least, greatest = percentiles(batches, [step.lower_percentile or 0.0, step.upper_percentile or 100.0])
        low = low if step.lower_percentile is None else least
        high = high if step.upper_percentile is None else greatest
    return {"minimum": np.asarray(low), "maximum": np.asarray(high)}


@_fit.register
def _(step: Whiten, batches: Iterable[Array]) -> Mapping[str, Array]:
    return fit_whitening(step, batches)


@singledispatch
def _apply(step: NormalizeStep, values: Mapping[str, Array], x: Array) -> Array:
    raise TypeError(f"no normaliser for {type(step).__name__}")


@_apply.register
def _(step: Rescale, values: Mapping[str, Array], x: Array) -> Array:
    return _float(x) * np.float32(step.scale) + np.float32(step.offset)


@_apply.register
def _(step: Standardize, values: Mapping[str, Array], x: Array) -> Array:
    return (_float(x) - values["mean"]) / values["deviation"]


@_apply.register
def _(step: MinMax, values: Mapping[str, Array], x: Array) -> Array:
    return (_float(x) - values["minimum"]) / values["range"]


@_apply.register
def _(step: Clip, values: Mapping[str, Array], x: Array) -> Array:
    return np.clip(_float(x), values["minimum"], values["maximum"])


@_apply.register
def _(step: Tanh, values: Mapping[str, Array], x: Array) -> Array:
    return np.tanh(_float(x) / np.float32(step.scale))


@_apply.register
def _(step: Log1p, values: Mapping[str, Array], x: Array) -> Array:
    if x.size and x.min() < 0:
        raise DataError(f"data.normalize: log1p takes values from 0 on; the samples have {x.min():g}.")
    return np.log1p(_float(x))


@_apply.register
def _(step: Whiten, values: Mapping[str, Array], x: Array) -> Array:
    return whiten(step, values, x)


@_apply.register
def _(step: Resize, values: Mapping[str, Array], x: Array) -> Array:
    return resize(x, step.height, step.width)


@_apply.register
def _(step: Grayscale, values: Mapping[str, Array], x: Array) -> Array:
    return grayscale(x)


def _float(x: Array) -> Array:
    return x.astype(np.float32, copy=False)
