"""CIFAR-10 and CIFAR-100 as their authors publish them for Python: pickled batches in a tar archive.

Source: https://www.cs.toronto.edu/~kriz/cifar.html, "Dataset layout".
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ablation.catalogue import Dataset
from ablation.data.arrays import Array, write_arrays
from ablation.data.errors import DataError
from ablation.data.formats.archives import plain_files
from ablation.data.formats.parts import PARTS
from ablation.data.formats.pickles import load_pickle

CHANNELS_FIRST = (3, 32, 32)
IMAGE_BYTES = 3072
LABEL_KEYS = (b"labels", b"fine_labels")


def decode_cifar_python(dataset: Dataset, files: list[Path], directory: Path) -> None:
    """Write images, uint8 of shape (n, 32, 32, 3), in the order of the batches' names and within each as published."""
    (archive,) = files
    batches = {
        name.name: load_pickle(content, str(name)) for name, content in plain_files(archive) if _is_batch(name.name)
    }
    for part in PARTS:
        names = sorted(name for name in batches if ("test" in name) == (part == "test"))
        if not names:
            raise DataError(f"{archive.name}: has no {part} batch.")
        images = np.concatenate([_images(batches[name], name) for name in names])
        labels = np.concatenate([_labels(batches[name], name) for name in names])
        write_arrays(directory, {f"x_{part}": images, f"y_{part}": labels})


def channels_last(rows: Array) -> Array:
    """Return images of shape (n, 32, 32, 3) from rows of 3,072 bytes: all red values, then green, then blue."""
    return rows.reshape(-1, *CHANNELS_FIRST).transpose(0, 2, 3, 1)


def _is_batch(name: str) -> bool:
    return name.startswith("data_batch_") or name in ("test_batch", "train", "test")


def _images(batch: Any, name: str) -> Array:
    data = batch.get(b"data") if isinstance(batch, dict) else None
    if not isinstance(data, np.ndarray) or data.dtype != np.uint8 or data.shape[1:] != (IMAGE_BYTES,):
        raise DataError(f"{name}: has no images of 32x32 pixels.")
    return channels_last(data)


def _labels(batch: dict[bytes, Any], name: str) -> Array:
    labels = next((batch[key] for key in LABEL_KEYS if key in batch), None)
    if not isinstance(labels, list) or len(labels) != len(batch[b"data"]):
        raise DataError(f"{name}: has no label for every image.")
    return np.asarray(labels, dtype=np.int32)
