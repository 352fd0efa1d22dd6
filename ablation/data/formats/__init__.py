"""How published files become arrays: x_train, y_train, x_test, y_test, one reader a format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ablation.catalogue import Dataset
from ablation.data.formats.cifar_python import decode_cifar_python
from ablation.data.formats.idx import decode_idx
from ablation.data.formats.image_folders import decode_image_folders
from ablation.data.formats.keras_sequences import decode_keras_sequences
from ablation.data.formats.npz import decode_npz
from ablation.data.formats.sklearn_bundled import decode_sklearn_diabetes, decode_sklearn_digits

Decoder = Callable[[Dataset, list[Path], Path], None]
"""Writes the arrays of a dataset, from its verified files, into a folder."""

DECODERS: dict[str, Decoder] = {
    "sklearn_digits": decode_sklearn_digits,
    "sklearn_diabetes": decode_sklearn_diabetes,
    "npz": decode_npz,
    "keras_sequences": decode_keras_sequences,
    "idx": decode_idx,
    "cifar_python": decode_cifar_python,
    "image_folders": decode_image_folders,
}
