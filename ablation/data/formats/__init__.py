"""How published files become arrays: x_train, y_train, x_test, y_test, one reader a format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ablation.catalogue import Dataset
from ablation.data.formats.cifar_binary import decode_cifar_binary
from ablation.data.formats.cifar_python import decode_cifar_python
from ablation.data.formats.idx import decode_idx
from ablation.data.formats.image_folders import decode_image_folders
from ablation.data.formats.keras_sequences import decode_keras_sequences
from ablation.data.formats.npz import decode_npz
from ablation.data.formats.sklearn_bundled import decode_sklearn_diabetes, decode_sklearn_digits
from ablation.data.formats.tfrecord import decode_tfrecord

Decoder = Callable[[Dataset, list[Path], Path], None]
"""Writes the arrays of a dataset, from its verified files, into a folder."""


# Arrow takes a tenth of a second to import, which every process would pay; tables alone need it.
def _decode_csv(dataset: Dataset, files: list[Path], directory: Path) -> None:
    from ablation.data.formats.csv_tables import decode_csv

    decode_csv(dataset, files, directory)


def _decode_parquet(dataset: Dataset, files: list[Path], directory: Path) -> None:
    from ablation.data.formats.parquet_tables import decode_parquet

    decode_parquet(dataset, files, directory)


DECODERS: dict[str, Decoder] = {
    "sklearn_digits": decode_sklearn_digits,
    "sklearn_diabetes": decode_sklearn_diabetes,
    "npz": decode_npz,
    "keras_sequences": decode_keras_sequences,
    "idx": decode_idx,
    "cifar_python": decode_cifar_python,
    "cifar_binary": decode_cifar_binary,
    "image_folders": decode_image_folders,
    "tfrecord": decode_tfrecord,
    "csv": _decode_csv,
    "parquet": _decode_parquet,
}
