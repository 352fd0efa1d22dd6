"""The one function that every family of layers adds its kinds to."""

from __future__ import annotations

from functools import singledispatch

from ablation.spec.layers import Layer
from ablation.spec.shapes.records import Output, Shape


@singledispatch
def output_of(layer: Layer, *inputs: Shape) -> Output:
    """Return what a layer gives.

    Args:
        layer: Kind and settings.
        inputs: Shapes of what it takes; one, or several for a merge.

    Raises:
        Misfit: The layer does not fit its inputs.
    """
    raise TypeError(f"no shapes for {type(layer).__name__}")
