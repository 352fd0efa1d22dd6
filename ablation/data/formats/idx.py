"""IDX files, compressed or not: four bytes that say the type and the number of axes, the axes, the values.

Source: the format's description at http://yann.lecun.com/exdb/mnist/.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from ablation.catalogue import Dataset
from ablation.data.arrays import Array, write_arrays
from ablation.data.errors import DataError
from ablation.data.formats.compressed import opened
from ablation.data.holdout import hold_out

UINT8 = 8
MAX_VALUES = 1 << 30
NAMES = ("x_train", "y_train", "x_test", "y_test")


def decode_idx(dataset: Dataset, files: list[Path], directory: Path) -> None:
    """Write the arrays of four files: train images, train labels, test images, test labels; or divide those of two.

    Raises:
        DataError: A file is not what its head says, or the images have not a label each.
    """
    arrays = [_read(path) for path in files]
    if len(arrays) == len(NAMES):
        write_arrays(directory, dict(zip(NAMES, arrays, strict=True)))
    else:
        images, labels = arrays
        write_arrays(directory, hold_out(images, labels, dataset))


def _read(path: Path) -> Array:
    with opened(path) as file:
        magic = file.read(4)
        if len(magic) < 4 or magic[:3] != bytes([0, 0, UINT8]):
            raise DataError(f"{path.name}: begins with {magic.hex()}, an IDX file of 8-bit values begins with 000008.")
        shape = tuple(np.frombuffer(_whole(file.read(4 * magic[3]), 4 * magic[3], path), dtype=">u4").tolist())
        count = math.prod(shape)
        if count > MAX_VALUES:
            raise DataError(f"{path.name}: states {count:,} values, more than {MAX_VALUES:,}; it is not read.")
        values = _whole(file.read(count), count, path)
        _whole(file.read(1), 0, path)
    return np.frombuffer(values, dtype=np.uint8).reshape(shape)


def _whole(content: bytes, size: int, path: Path) -> bytes:
    if len(content) != size:
        raise DataError(f"{path.name}: does not hold what its head states; it is cut off, or another kind of file.")
    return content
