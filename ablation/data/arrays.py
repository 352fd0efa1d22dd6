"""Folders of named arrays: written once and whole, read as memory maps."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]


def content_digest(arrays: Arrays) -> str:
    """Return the SHA-256 over names, dtypes, shapes and bytes of the arrays, in hex."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name}:{array.dtype.str}:{array.shape}\0".encode())
        digest.update(array.tobytes())
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
        with (directory / f"{name}.npy").open("wb") as file:
            np.save(file, np.ascontiguousarray(array), allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
