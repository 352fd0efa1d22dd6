"""From values to pixels that can be put into a picture."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from ablation.report.preview.sheet import GridColumn

Pixels = npt.NDArray[np.uint8]


def pixels_of(image: npt.NDArray[Any], column: GridColumn) -> Pixels:
    """Return 8-bit pixels, (height, width) in grey or (height, width, 3); what is no number is drawn black."""
    if image.ndim == 3 and image.shape[2] != 3:
        image = image[:, :, 0]
    values = np.nan_to_num(image.astype(np.float64), nan=column.low, posinf=column.high, neginf=column.low)
    shares = (values - column.low) / (column.high - column.low)
    return np.rint(np.clip(shares, 0, 1) * 255).astype(np.uint8)


def data_uri(pixels: Pixels, longest: int) -> str:
    """Return a PNG of pixels as a data: address.

    Args:
        pixels: Shape (height, width) or (height, width, 3).
        longest: Pixels of the longer side. A smaller image grows without smoothing, so that its own pixels are seen.
    """
    height, width = pixels.shape[:2]
    factor = longest / max(height, width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    method = Image.Resampling.NEAREST if factor >= 1 else Image.Resampling.LANCZOS
    buffer = io.BytesIO()
    Image.fromarray(pixels).resize(size, method).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
