"""Shapes of one sample, what a layer makes of them, and how a layer says that they do not fit."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

# Of one sample, without the batch; None where a size is not known.
Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Output:
    """What a layer gives for its inputs.

    Attributes:
        shape: Of its output.
        parameters: Numbers in its weights; None where that is not known.
        untrained: Those of them that no training changes by gradients: moving statistics.
    """

    shape: Shape
    parameters: int | None = 0
    untrained: int = 0


@dataclass(frozen=True)
class LayerShape:
    """A layer of a model: its output, and its numbers of weights. A block's are those of its projection alone."""

    name: str
    output_shape: Shape
    parameters: int | None
    trainable_parameters: int | None


@dataclass(frozen=True)
class ModelShapes:
    """A model: its layers, those inside blocks after their block, its output, and its numbers of weights."""

    layers: tuple[LayerShape, ...]
    output_shape: Shape
    parameters: int | None
    trainable_parameters: int | None


class ShapeError(ValueError):
    """Something that does not fit the shape it is given: its path in the spec, what is wrong, and what to do."""

    def __init__(self, path: tuple[str, ...], message: str, hint: str) -> None:
        self.path, self.message, self.hint = path, message, hint
        super().__init__(f"{'.'.join(path)}: {message}\n  {hint}")


class Misfit(Exception):
    """A layer that does not fit its input; the walk over the model knows where it stands and adds what it was given."""

    def __init__(self, message: str, hint: str, *, field: str | None = None) -> None:
        self.message, self.hint, self.field = message, hint, field
        super().__init__(message)


def product(sizes: Iterable[int | None]) -> int | None:
    """Multiply sizes; None when one of them is not known."""
    known = list(sizes)
    return None if None in known else math.prod(size for size in known if size is not None)


def total(counts: Iterable[int | None]) -> int | None:
    """Add counts; None when one of them is not known."""
    known = list(counts)
    return None if None in known else sum(count for count in known if count is not None)


def display(shape: Shape) -> str:
    """Write a shape as a person reads it, e.g. (28, 28, 1), with `?` for a size that is not known."""
    sizes = ["?" if size is None else str(size) for size in shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def as_list(shape: Shape) -> str:
    """Write a shape as YAML, e.g. [28, 28, 1], with -1 for a size that is not known."""
    return f"[{', '.join('-1' if size is None else str(size) for size in shape)}]"
