"""Texts as Keras publishes them: .npz files of pickled lists of word ranks.

Texts come out as `keras.datasets.imdb.load_data()` gives them by default: shuffled with its seed 113, every sequence
led by the start token 1, word ranks moved up by 3 (0 pads, 2 stands for unknown words). So a word's integer is its
rank + 3.
Source: keras/src/datasets/imdb.py and reuters.py of Keras 3.15.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from ablation.catalogue import Dataset
from ablation.data.arrays import Array, write_arrays
from ablation.data.errors import DataError
from ablation.data.formats.archives import ZIP_ERRORS
from ablation.data.formats.pickles import load_pickle
from ablation.data.samples import Ragged, named_arrays, offsets_of

SHUFFLE_SEED = 113
START_TOKEN = 1
FIRST_RANK = 3
TEST_SHARE = 0.2
MAX_MEMBER_BYTES = 1 << 30


def decode_keras_sequences(dataset: Dataset, files: list[Path], directory: Path) -> None:
    """Write the texts of an .npz file with the members x_train, y_train, x_test, y_test, or x and y.

    Raises:
        DataError: It is no such archive, or holds anything but lists of integers and their labels.
    """
    (path,) = files
    try:
        arrays = _read(path)
    except (*ZIP_ERRORS, TypeError, OverflowError) as error:
        raise DataError(f"{path.name}: cannot be read as lists of integers: {error}") from error
    write_arrays(directory, arrays)


def _read(path: Path) -> dict[str, Array]:
    # One generator for all members, in this order: Keras draws both shuffles from it.
    rng = np.random.RandomState(SHUFFLE_SEED)
    with zipfile.ZipFile(path) as archive:
        if "x.npy" in archive.namelist():
            return _divided(*_shuffled(archive, "", rng))
        train = _part("train", *_shuffled(archive, "_train", rng))
        return train | _part("test", *_shuffled(archive, "_test", rng))


def _shuffled(archive: zipfile.ZipFile, suffix: str, rng: np.random.RandomState) -> tuple[Array, Array]:
    sequences, labels = _member(archive, f"x{suffix}.npy"), _member(archive, f"y{suffix}.npy")
    if sequences.shape != labels.shape or sequences.ndim != 1:
        raise DataError(f"x{suffix} and y{suffix} do not belong together: shapes {sequences.shape}, {labels.shape}.")
    order = np.arange(len(sequences))
    rng.shuffle(order)
    return sequences[order], labels[order]


def _divided(sequences: Array, labels: Array) -> dict[str, Array]:
    count = int(len(sequences) * (1 - TEST_SHARE))
    train = _part("train", sequences[:count], labels[:count])
    return train | _part("test", sequences[count:], labels[count:])


def _part(part: str, sequences: Array, labels: Array) -> dict[str, Array]:
    return named_arrays(_tokens(sequences), part) | {f"y_{part}": labels.astype(np.int32)}


def _tokens(sequences: Array) -> Ragged:
    offsets = offsets_of(np.fromiter((len(sequence) + 1 for sequence in sequences), np.int64, len(sequences)))
    tokens = np.empty(offsets[-1], dtype=np.int32)
    for sequence, start, end in zip(sequences, offsets[:-1], offsets[1:], strict=True):
        tokens[start] = START_TOKEN
        tokens[start + 1 : end] = np.asarray(sequence, dtype=np.int32) + FIRST_RANK
    if len(tokens) and tokens.min() < 0:
        raise ValueError("a word has a rank below 0")
    return Ragged(tokens, offsets)


def _member(archive: zipfile.ZipFile, name: str) -> Array:
    if archive.getinfo(name).file_size > MAX_MEMBER_BYTES:
        raise DataError(f"{name}: larger than {MAX_MEMBER_BYTES:,} bytes; it is not read.")
    with archive.open(name) as file:
        version = np.lib.format.read_magic(file)
        read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        _, _, dtype = read_header(file)
        if dtype.hasobject:
            return np.asarray(load_pickle(file, name), dtype=object)
    with archive.open(name) as file:
        return np.asarray(np.lib.format.read_array(file, allow_pickle=False))
