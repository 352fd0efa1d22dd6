"""Encoded images: measured first, decoded one at a time into arrays that are on the disk already.

Images of one size become one array of shape (n, height, width, 3), others lie end to end; all are uint8. A note in a
photo on how to turn it is not followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image

from ablation.data.arrays import Array, Rows, new_array, write_arrays
from ablation.data.errors import DataError
from ablation.data.formats.parts import PARTS
from ablation.data.samples import offsets_of

CHANNELS = 3
MAX_PIXELS = 50_000_000
MAX_BYTES = 1 << 38
FORMATS = ("JPEG", "PNG")
# How Pillow names grey values of more than 8 bits, which it clips at 255 when it makes them RGB.
_DEEP = ("I", "F")
# Whatever Pillow's readers of these two raise for a damaged file.
_NOT_AN_IMAGE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)


def measure(content: IO[bytes], what: str) -> tuple[int, int]:
    """Return height and width of an image, from its head alone.

    Args:
        content: A JPEG or PNG file.
        what: Where it is, for the message.

    Raises:
        DataError: It is no image, has too many pixels, or grey values of more than 8 bits.
    """
    with _opened(content, f"{what} is no image") as image:
        (width, height), mode = image.size, image.mode
    if mode.partition(";")[0] in _DEEP:
        raise DataError(f"{what} has grey values of more than 8 bits (mode {mode}); convert it to 8 bits a channel.")
    if width * height > MAX_PIXELS:
        raise DataError(f"{what} has {width}x{height} pixels, more than {MAX_PIXELS:,}; it is not read.")
    return height, width


def pixels(content: IO[bytes], what: str) -> Array:
    """Return an image as uint8, shape (height, width, 3).

    Raises:
        DataError: It cannot be decoded.
    """
    with _opened(content, f"{what} cannot be decoded") as image:
        return np.asarray(image.convert("RGB"))


@contextmanager
def _opened(content: IO[bytes], complaint: str) -> Iterator[Image.Image]:
    try:
        with Image.open(content, formats=FORMATS) as image:
            yield image
    except _NOT_AN_IMAGE as error:
        raise DataError(f"{complaint}: {error}") from error


def write_images(
    directory: Path, sizes: Array, labels: Array, is_test: Array, images: Iterable[tuple[int, Array]]
) -> None:
    """Write both parts, each in the order of the samples.

    Args:
        directory: Where the arrays go.
        sizes: Height and width of every sample, shape (n, 2).
        labels: Classes, shape (n,).
        is_test: Which samples are for testing, bool of shape (n,).
        images: Number of the sample and its pixels, in any order.

    Raises:
        DataError: There would be more bytes than could be right.
    """
    total = int(np.prod(sizes, axis=1, dtype=np.int64).sum()) * CHANNELS
    if total > MAX_BYTES:
        raise DataError(f"the images have {total:,} bytes when decoded, more than {MAX_BYTES:,}; they are not read.")
    shapes = np.concatenate([sizes, np.full((len(sizes), 1), CHANNELS)], axis=1).astype(np.int32)
    open_part = _uniform if len(np.unique(sizes, axis=0)) == 1 else _ragged
    starts = np.zeros(len(sizes), dtype=np.int64)
    rows: dict[bool, Rows] = {}
    with ExitStack() as stack:
        for is_of_test, part in enumerate(PARTS):
            chosen = is_test == is_of_test
            write_arrays(directory, {f"y_{part}": labels[chosen].astype(np.int32)})
            opened = open_part(directory, part, shapes[chosen])
            rows[bool(is_of_test)], starts[chosen] = stack.enter_context(opened)
        for index, image in images:
            rows[bool(is_test[index])].put(int(starts[index]), image)


@contextmanager
def _uniform(directory: Path, part: str, shapes: Array) -> Iterator[tuple[Rows, Array]]:
    shape = (len(shapes), *shapes[0].tolist()) if len(shapes) else (0, 0, 0, CHANNELS)
    with new_array(directory / f"x_{part}.npy", shape, np.uint8) as rows:
        yield rows, np.arange(len(shapes))


@contextmanager
def _ragged(directory: Path, part: str, shapes: Array) -> Iterator[tuple[Rows, Array]]:
    offsets = offsets_of(np.prod(shapes, axis=1, dtype=np.int64))
    write_arrays(directory, {f"x_{part}_offsets": offsets, f"x_{part}_shapes": shapes})
    with new_array(directory / f"x_{part}.npy", (int(offsets[-1]),), np.uint8) as rows:
        yield rows, offsets[:-1]
