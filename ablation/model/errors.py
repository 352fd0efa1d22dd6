"""What can go wrong with a model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import keras

Path = tuple[str, ...]

_BOLD = re.compile(r"\x1b\[\d*m")
# The layer is named by the path already.
_PREAMBLE = "Exception encountered when calling"


class ModelError(Exception):
    """A model that cannot be built; the message names the layer."""


@contextmanager
def located(path: Path, inputs: Sequence[keras.KerasTensor]) -> Iterator[None]:
    """Turn what Keras raises inside into a ModelError that says which layer, what it was given, and why.

    Raises:
        ModelError: Instead of ValueError, TypeError and IndexError, which is how Keras refuses settings and shapes.
    """
    try:
        yield
    except (ValueError, TypeError, IndexError) as error:
        raise ModelError(f"{'.'.join(path)}: does not fit {_describe(inputs)}: {reason(error)}") from error


def reason(error: Exception) -> str:
    """Return the sentence of an error that says why, without terminal colours and lists of arguments."""
    lines = [_BOLD.sub("", line).strip() for line in str(error).splitlines()]
    telling = [line for line in lines if line and not line.startswith(_PREAMBLE)]
    return telling[0] if telling else type(error).__name__


def _describe(inputs: Sequence[keras.KerasTensor]) -> str:
    shapes = [str(tuple(tensor.shape[1:])) for tensor in inputs]
    return f"an input of shape {shapes[0]}" if len(shapes) == 1 else f"inputs of shapes {' and '.join(shapes)}"
