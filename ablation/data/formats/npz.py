"""NumPy archives of plain arrays: x_train, y_train, x_test, y_test, or x and y."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from ablation.catalogue import Dataset
from ablation.data.arrays import Array, write_arrays
from ablation.data.errors import DataError
from ablation.data.holdout import hold_out

PARTS = ("x_train", "y_train", "x_test", "y_test")
WHOLE = ("x", "y")
MAX_BYTES = 1 << 36


def decode_npz(dataset: Dataset, files: list[Path], directory: Path) -> None:
    """Write the arrays of an .npz file as they are; x and y are divided as the dataset says.

    Raises:
        DataError: It is no such archive, or has not these arrays.
    """
    path = files[0]
    _check_size(path)
    try:
        with np.load(path, allow_pickle=False) as archive:
            names = PARTS if set(PARTS) <= set(archive.files) else WHOLE
            missing = [name for name in names if name not in archive.files]
            if missing:
                raise DataError(f"{path.name}: has no array {missing[0]}, only {', '.join(archive.files)}.")
            arrays: dict[str, Array] = {name: archive[name] for name in names}
    except (ValueError, zipfile.BadZipFile, EOFError) as error:
        raise DataError(f"{path.name}: cannot be read as plain NumPy arrays: {error}") from error
    write_arrays(directory, arrays if names is PARTS else hold_out(arrays["x"], arrays["y"], dataset))


def _check_size(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(member.file_size for member in archive.infolist())
    except zipfile.BadZipFile as error:
        raise DataError(f"{path.name}: is no NumPy archive (.npz): {error}") from error
    if total > MAX_BYTES:
        raise DataError(f"{path.name}: unpacks to {total:,} bytes, more than {MAX_BYTES:,}; it is not read.")
