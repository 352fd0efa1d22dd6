"""Decoded arrays against what is said of their dataset: before anything is trained on them."""

from __future__ import annotations

import math

import numpy as np

from ablation.catalogue import Dataset
from ablation.data.arrays import Array, Arrays, content_digest
from ablation.data.errors import DataError
from ablation.data.samples import Ragged, Samples, samples_of

PARTS = ("train", "test")
BLOCK = 1 << 16

Shape = tuple[int | None, ...]


def verify(dataset: Dataset, arrays: Arrays) -> None:
    """See that arrays are what a dataset, of the catalogue or of a study, is said to be.

    Raises:
        DataError: They are not.
    """
    for part in PARTS:
        x, y = samples_of(arrays, part), arrays[f"y_{part}"]
        where = f"{dataset.name}: the {part} part"
        _verify_count(x, y, where)
        if dataset.classes is None:
            _verify_targets(y, dataset.targets, where)
        else:
            _verify_classes(y, dataset.classes, where)
        _verify_shape(shape_of(x), dataset.input_shape or shape_of(samples_of(arrays, "train")), where)
        _verify_finite(x if isinstance(x, np.ndarray) else x.values, f"{where} has features")
    if dataset.content_sha256 is not None:
        _verify_content(dataset.name, content_digest(arrays), dataset.content_sha256)


def verify_shapes(dataset: Dataset, arrays: Arrays) -> None:
    """See that samples have the shape that a dataset is said to have; no value is read.

    Raises:
        DataError: They have not.
    """
    stated = dataset.input_shape or shape_of(samples_of(arrays, "train"))
    for part in PARTS:
        _verify_shape(shape_of(samples_of(arrays, part)), stated, f"{dataset.name}: the {part} part")


def shape_of(samples: Samples) -> Shape:
    """Return the shape of one sample, None where samples differ; () for sequences."""
    if not isinstance(samples, Ragged):
        return tuple(samples.shape[1:])
    return () if samples.shapes is None else (None, None, *samples.shapes[0, 2:].tolist())


def _verify_count(x: Samples, y: Array, where: str) -> None:
    if len(x) != len(y):
        raise DataError(f"{where} has {len(x):,} samples and {len(y):,} labels.")
    if not len(y):
        raise DataError(f"{where} has no samples; where a holdout draws it, give it another share.")


def _verify_classes(y: Array, classes: int, where: str) -> None:
    if not 0 <= y.min() <= y.max() < classes:
        raise DataError(
            f"{where} has labels from {y.min()} to {y.max()}, there should be {classes} classes, from 0 on."
        )


def _verify_targets(y: Array, targets: int, where: str) -> None:
    if (got := math.prod(y.shape[1:])) != targets:
        raise DataError(
            f"{where} has {got} targets a sample, there should be {targets}. A study says so: `targets: {got}`."
        )
    _verify_finite(y, f"{where} has targets")


def _verify_shape(got: Shape, stated: Shape, where: str) -> None:
    if len(got) != len(stated) or any(
        size is not None and size != found for size, found in zip(stated, got, strict=True)
    ):
        raise DataError(f"{where} has samples of the shape {_display(got)}, there should be {_display(stated)}.")


def _verify_finite(values: Array, what: str) -> None:
    if values.dtype.kind != "f":
        return
    for start in range(0, len(values), BLOCK):
        if not np.isfinite(values[start : start + BLOCK]).all():
            raise DataError(f"{what} that are no finite numbers; leave those samples out, or put a number there.")


def _verify_content(name: str, got: str, stated: str) -> None:
    if got != stated:
        raise DataError(
            f"{name}: the decoded arrays have the digest {got},\n"
            f"  the catalogue states {stated}.\n"
            "  The file or the library that reads it has changed; a result would not be comparable with earlier ones."
        )


def _display(shape: Shape) -> str:
    sizes = ["any size" if size is None else str(size) for size in shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"
