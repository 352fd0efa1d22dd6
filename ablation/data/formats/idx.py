"""IDX files, compressed: four bytes that say the type and the number of axes, the axes, the values.

Source: the format's description at http://yann.lecun.com/exdb/mnist/.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np

from ablation.catalogue import Dataset
from ablation.data.arrays import Array, write_arrays
from ablation.data.errors import DataError

UINT8 = 8
MAX_VALUES = 1 << 30


def decode_idx(dataset: Dataset, files: list[Path], directory: Path) -> None:
    """Write the arrays of four files: train images, train labels, test images, test labels, in the files' order."""
    names = ("x_train", "y_train", "x_test", "y_test")
    write_arrays(directory, {name: _read(path) for name, path in zip(names, files, strict=True)})


def _read(path: Path) -> Array:
    with gzip.open(path, "rb") as file:
        magic = file.read(4)
        if len(magic) < 4 or magic[:3] != bytes([0, 0, UINT8]):
            raise DataError(f"{path.name}: begins with {magic.hex()}, an IDX file of 8-bit values begins with 000008.")
        shape = tuple(np.frombuffer(file.read(4 * magic[3]), dtype=">u4").tolist())
        count = int(np.prod(shape, dtype=np.int64))
        if not 0 <= count <= MAX_VALUES:
            raise DataError(f"{path.name}: states {count:,} values, more than {MAX_VALUES:,}; it is not read.")
        values = file.read(count)
        if len(values) != count or file.read(1):
            raise DataError(f"{path.name}: does not hold the {count:,} values that its head states.")
    return np.frombuffer(values, dtype=np.uint8).reshape(shape)
