"""Folders of named arrays: written once and whole, read as memory maps."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]

DIGEST_BYTES = 1 << 24


def content_digest(arrays: Arrays) -> str:
    """Return the SHA-256 over names, dtypes, shapes and bytes of the arrays, in hex."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name}:{array.dtype.str}:{array.shape}\0".encode())
        flat = array.reshape(-1)
        step = max(1, DIGEST_BYTES // array.dtype.itemsize)
        for start in range(0, len(flat), step):
            digest.update(flat[start : start + step].tobytes())
    return digest.hexdigest()


def read_arrays(directory: Path) -> dict[str, Array]:
    """Map every array of a folder into memory, read-only."""
    return {path.stem: np.load(path, mmap_mode="r", allow_pickle=False) for path in sorted(directory.glob("*.npy"))}


def write_once(directory: Path, fill: Callable[[Path], None]) -> None:
    """Make `directory` by filling a temporary one beside it and renaming that.

    A reader sees the whole folder or none; of two writers at once the first wins and the other's copy is dropped.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{directory.name[:16]}-", dir=directory.parent))
    try:
        fill(temporary)
        temporary.rename(directory)
    except OSError:
        if not directory.is_dir():
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_arrays(directory: Path, arrays: Arrays) -> None:
    """Write each array as `<name>.npy`, flushed to disk."""
    for name, array in arrays.items():
        with new_array(directory / f"{name}.npy", array.shape, array.dtype) as rows:
            rows.put(0, array)


class Rows:
    """An `.npy` file that is written piece by piece, in any order, so that it never is in memory as a whole."""

    def __init__(self, file: BinaryIO, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        description = np.lib.format.dtype_to_descr(dtype)
        header = {"descr": description, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        self._file = file
        self._dtype = dtype
        self._start = file.tell()
        self._row_bytes = dtype.itemsize * int(np.prod(shape[1:], dtype=np.int64))
        file.truncate(self._start + self._row_bytes * (shape[0] if shape else 1))

    def put(self, position: int, rows: Array) -> None:
        """Write one row or several, which follow each other, from row `position` on."""
        self._file.seek(self._start + position * self._row_bytes)
        self._file.write(np.ascontiguousarray(rows, dtype=self._dtype).tobytes())


@contextmanager
def new_array(path: Path, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Iterator[Rows]:
    """Make an `.npy` file to fill; rows that are not written are zero. It is on the disk when the block ends."""
    with path.open("wb") as file:
        yield Rows(file, shape, np.dtype(dtype))
        file.flush()
        os.fsync(file.fileno())
