"""Layers that take samples of one rank only, and what to put before them."""

from __future__ import annotations

from ablation.spec.shapes.records import Misfit, Shape, as_list

IMAGES = ("height", "width", "channels")
STEPS = ("steps", "channels")


def require_image(shape: Shape) -> tuple[int | None, int | None, int | None]:
    """Return height, width and channels.

    Raises:
        Misfit: The shape is not that of an image.
    """
    if len(shape) != len(IMAGES):
        raise Misfit("takes images of shape (height, width, channels)", _advice_for_images(shape))
    return shape[0], shape[1], shape[2]


def require_steps(shape: Shape) -> tuple[int | None, int | None]:
    """Return steps and channels.

    Raises:
        Misfit: The shape is not that of a sequence.
    """
    if len(shape) != len(STEPS):
        raise Misfit("takes sequences of shape (steps, channels)", _advice_for_steps(shape))
    return shape[0], shape[1]


def _advice_for_images(shape: Shape) -> str:
    if len(shape) == 2:
        return f"Add the axis of channels: a reshape layer before it with target_shape: {as_list((*shape, 1))}."
    if len(shape) == 1:
        return "It must stand before the layer that flattens or pools the image, or after a reshape layer."
    return "Put a reshape layer before it."


def _advice_for_steps(shape: Shape) -> str:
    if len(shape) == 1:
        return (
            "Integers need an embedding layer before it; numbers a reshape layer with "
            f"target_shape: {as_list((*shape, 1))}. A recurrent layer keeps its steps with return_sequences: true."
        )
    if len(shape) == 3:
        return "An image's rows become steps by a reshape layer with target_shape: [height, width * channels]."
    return "Put a reshape layer before it."
