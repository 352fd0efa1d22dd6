"""The way round a residual block."""

from __future__ import annotations

from ablation.spec.layers import Residual
from ablation.spec.shapes.records import Misfit, Output, Shape, display, product, total


def output_of_block(block: Residual, before: Shape, after: Shape) -> Output:
    """Return what a block gives, with the weights of its projection alone.

    Args:
        block: The block.
        before: Shape of its input.
        after: Shape that its layers make of it.

    Raises:
        Misfit: The two cannot be added.
    """
    if block.shortcut == "identity" and before != after:
        hint = "Set shortcut: projection, which gives the input that shape, or let the layers keep the shape."
        raise Misfit(f"its layers give {display(after)}, which cannot be added to its input", hint, field="shortcut")
    if block.shortcut == "projection":
        return Output(after, _projection(before, after))
    return Output(after)


def projection_strides(before: Shape, after: Shape) -> tuple[int, ...] | None:
    """Return the strides of a 1-wide convolution from one shape to another; None when none lead there."""
    spatial = list(zip(before[:-1], after[:-1], strict=True))
    strides = tuple(1 if old is None or new is None else -(-old // new) for old, new in spatial)
    reached = [None if old is None else -(-old // stride) for (old, _), stride in zip(spatial, strides, strict=True)]
    return strides if all(new in (size, None) for size, (_, new) in zip(reached, spatial, strict=True)) else None


def _projection(before: Shape, after: Shape) -> int | None:
    if len(before) != len(after) or not 1 <= len(before) <= 3:
        hint = "Its layers must keep the number of axes: rows, sequences or images."
        raise Misfit(f"its layers give {display(after)}, to which its input cannot be projected", hint)
    if projection_strides(before, after) is None:
        hint = "Use padding: same in its layers, so that only their strides shrink."
        raise Misfit(f"its layers give {display(after)}, to which no strides lead from its input", hint)
    return total((product((before[-1], after[-1])), after[-1]))
