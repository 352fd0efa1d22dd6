"""Samples as small pictures."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from ablation.data.arrays import Array
from ablation.data.samples import Batch

LONGEST = 64
WHITE, HALF_OF_WHITE = 255, 128


def is_image(shape: Sequence[int | None]) -> bool:
    """Whether samples of a shape can be drawn: (height, width) or (height, width, channels)."""
    return len(shape) in (2, 3)


def thumbnails(images: Batch) -> list[str]:
    """Return each image as a PNG in base64, at most 64 pixels on a side; a smaller one is as large as it is.

    8-bit images are as they are, others from black, the least of their values, to white, the greatest.

    Args:
        images: Shape (k, height, width) or (k, height, width, channels), or a list where they differ; drawn in colour
            where there are three channels, of others the first one in grey.
    """
    if not len(images):
        return []
    low, high = _window(images)
    return [_thumbnail(_pixels(image, low, high)) for image in images]


def _window(images: Batch) -> tuple[float, float]:
    finite = [image[np.isfinite(image)] for image in images]
    low = min((float(values.min()) for values in finite if values.size), default=0.0)
    high = max((float(values.max()) for values in finite if values.size), default=1.0)
    if images[0].dtype == np.uint8 and high >= HALF_OF_WHITE:
        return 0.0, float(WHITE)
    return low, high if high > low else low + 1.0


def _pixels(image: Array, low: float, high: float) -> Array:
    """Return 8-bit pixels, (height, width) or (height, width, 3); what is no number is black."""
    if image.ndim == 3 and image.shape[2] != 3:
        image = image[:, :, 0]
    values = np.nan_to_num(image.astype(np.float64), nan=low, posinf=high, neginf=low)
    return np.rint((values - low) / (high - low) * WHITE).astype(np.uint8)


def _thumbnail(pixels: Array) -> str:
    picture = Image.fromarray(pixels)
    picture.thumbnail((LONGEST, LONGEST), Image.Resampling.BOX)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()
