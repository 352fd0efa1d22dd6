"""Images of another size or without colour. 8-bit images stay 8-bit, rounded."""

from __future__ import annotations

import numpy as np

from ablation.data.arrays import Array
from ablation.data.errors import DataError

LUMA = np.array([0.2989, 0.5870, 0.1140], dtype=np.float32)


def resize(images: Array, height: int, width: int) -> Array:
    """Resize images, bilinear with half-pixel centres and without smoothing, as Keras' Resizing layer does.

    Args:
        images: Shape (n, h, w) or (n, h, w, channels).
        height: Rows of the result.
        width: Columns of the result.

    Returns:
        Shape (n, height, width) or (n, height, width, channels); uint8 for uint8, otherwise float32.

    Raises:
        DataError: The samples are no images.
    """
    if images.ndim not in (3, 4):
        raise DataError(f"data.normalize: resize takes images; the samples have the shape {images.shape[1:]}.")
    if images.shape[1:3] == (height, width):
        return images
    rows = _interpolate(images.astype(np.float32, copy=False), 1, height)
    return _as_before(_interpolate(rows, 2, width), images.dtype)


def grayscale(images: Array) -> Array:
    """Return luma, shape (n, height, width, 1), of images of shape (n, height, width, 3).

    Raises:
        DataError: The samples are no colour images.
    """
    if images.ndim != 4 or images.shape[-1] != len(LUMA):
        raise DataError(
            f"data.normalize: grayscale takes images of shape (height, width, 3); "
            f"the samples have the shape {images.shape[1:]}."
        )
    luma = images.astype(np.float32, copy=False) @ LUMA[:, np.newaxis]
    return _as_before(luma, images.dtype)


def _interpolate(images: Array, axis: int, size: int) -> Array:
    old = images.shape[axis]
    places = np.clip((np.arange(size) + 0.5) * (old / size) - 0.5, 0, old - 1)
    low = np.floor(places).astype(np.intp)
    high = np.minimum(low + 1, old - 1)
    share = (places - low).astype(np.float32).reshape([-1 if place == axis else 1 for place in range(images.ndim)])
    blended: Array = images.take(low, axis=axis) * (1 - share) + images.take(high, axis=axis) * share
    return blended


def _as_before(values: Array, dtype: np.dtype[np.generic]) -> Array:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8) if dtype == np.uint8 else values
