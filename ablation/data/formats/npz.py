"""NumPy archives of plain arrays: x_train, y_train, x_test, y_test, or x and y."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path

import numpy as np

from ablation.catalogue import Dataset
from ablation.data.arrays import Array, write_arrays
from ablation.data.errors import DataError
from ablation.data.formats.archives import ZIP_ERRORS
from ablation.data.holdout import hold_out

PARTS = ("x_train", "y_train", "x_test", "y_test")
WHOLE = ("x", "y")
MAX_BYTES = 1 << 36


def decode_npz(dataset: Dataset, files: list[Path], directory: Path) -> None:
    """Write the arrays of an .npz file as they are; x and y are divided as the dataset says.

    Raises:
        DataError: It is no such archive, or has not these arrays.
    """
    (path,) = files
    try:
        with zipfile.ZipFile(path) as archive:
            _check_size(archive, path)
            names = _names(archive, path)
            arrays = {name: _array(archive, name, path) for name in names}
    except ZIP_ERRORS as error:
        raise DataError(f"{path.name}: cannot be read as an archive of NumPy arrays: {error}") from error
    for name in names:
        _check_values(arrays[name], name, dataset, path)
    write_arrays(directory, arrays if names is PARTS else hold_out(arrays["x"], arrays["y"], dataset))


def _check_size(archive: zipfile.ZipFile, path: Path) -> None:
    total = sum(member.file_size for member in archive.infolist())
    if total > MAX_BYTES:
        raise DataError(f"{path.name}: unpacks to {total:,} bytes, more than {MAX_BYTES:,}; it is not read.")


def _names(archive: zipfile.ZipFile, path: Path) -> tuple[str, ...]:
    has = [name.removesuffix(".npy") for name in archive.namelist()]
    names = PARTS if set(PARTS) & set(has) else WHOLE
    missing = [name for name in names if name not in has]
    if missing:
        raise DataError(f"{path.name}: has no array {missing[0]}, only {', '.join(has) or 'nothing'}.")
    return names


def _array(archive: zipfile.ZipFile, name: str, path: Path) -> Array:
    member = archive.getinfo(f"{name}.npy")
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read_header(file)
        if dtype.hasobject:
            raise DataError(f"{path.name}: {name} holds pickled objects, which are not read; save plain numbers.")
        # An array is made as large as its head says before its values are read.
        if file.tell() + math.prod(shape) * dtype.itemsize != member.file_size:
            raise DataError(f"{path.name}: {name} does not hold the {shape} values that its head states.")
    with archive.open(member) as file:
        return np.asarray(np.lib.format.read_array(file, allow_pickle=False))


def _check_values(array: Array, name: str, dataset: Dataset, path: Path) -> None:
    if array.ndim == 0 or array.dtype.kind not in "buif":
        raise DataError(f"{path.name}: {name} has shape {array.shape} of {array.dtype}; wanted are numbers.")
    if name.startswith("x") or dataset.task == "regression":
        return
    if array.size != len(array) or (array.dtype.kind == "f" and np.any(array != np.round(array))):
        raise DataError(
            f"{path.name}: {name} has shape {array.shape} of {array.dtype}; "
            "the labels of a classification are one whole number a sample."
        )
