"""Reshapes that tear neighbours apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate
from operator import mul

import keras


def scrambled_axes(given: Iterable[int], wanted: Iterable[int]) -> tuple[int, ...] | None:
    """Return the axes of the input that a reshape cuts across, None where it only merges and splits axes.

    Both shapes are cut into the least groups of equal size; a group that has several axes on both sides keeps no
    neighbourhood. (28, 28) to (28, 28, 1) or (784,) keeps it; (32, 32, 3) to (3, 32, 32), no transposition, does not.

    Args:
        given: Shape of one sample.
        wanted: Shape it becomes, of the same size.
    """
    before = _breakpoints(given)
    after = _breakpoints(wanted)
    start = 0
    for common in sorted(set(before) & set(after)):
        inside = [size for size in before if start < size < common]
        if inside and any(start < size < common for size in after):
            return tuple(axis for axis, size in enumerate(accumulate(given, mul)) if start < size <= common)
        start = common
    return None


def scrambling_layers(model: keras.Model) -> Iterator[tuple[str, tuple[int, ...], tuple[int, ...]]]:
    """Yield the reshapes of a model that tear neighbours apart: name, shape before, shape after."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.Reshape):
            before, after = tuple(layer.input.shape[1:]), tuple(layer.output.shape[1:])
            if None not in before + after and scrambled_axes(before, after):
                yield layer.name, before, after


def _breakpoints(shape: Iterable[int]) -> list[int]:
    """Return the sizes of the leading axes together, axes of length 1 left out."""
    return list(accumulate((length for length in shape if length > 1), mul))
