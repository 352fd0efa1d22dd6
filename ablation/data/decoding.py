"""From a dataset's files to four arrays: x_train, y_train, x_test, y_test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from ablation.catalogue import Dataset, Holdout
from ablation.data.arrays import Array, Arrays, content_digest, write_arrays, write_once
from ablation.data.errors import DataError
from ablation.data.fetching import fetch_file
from ablation.settings import Settings

PARTS = ("x_train", "y_train", "x_test", "y_test")


def dataset_directory(dataset: Dataset, settings: Settings) -> Path:
    """Return the folder that holds the decoded arrays of `dataset` on this machine."""
    return settings.cache_dir / "datasets" / dataset.content_sha256


def materialize(dataset: Dataset, settings: Settings) -> Path:
    """Return the folder of the dataset's decoded arrays, fetching and decoding if it is not there yet.

    Raises:
        DataError: A file cannot be had, or the decoded arrays are not those the catalogue states.
    """
    directory = dataset_directory(dataset, settings)
    if not directory.is_dir():
        files = [fetch_file(file, settings) for file in dataset.files]
        arrays = _FORMATS[dataset.format](dataset, files)
        _verify(dataset, arrays)
        write_once(directory, lambda temporary: write_arrays(temporary, arrays))
    return directory


def _verify(dataset: Dataset, arrays: Arrays) -> None:
    got = content_digest(arrays)
    if got != dataset.content_sha256:
        raise DataError(
            f"{dataset.name}: the decoded arrays have the digest {got},\n"
            f"  the catalogue states {dataset.content_sha256}.\n"
            "  The file or the library that reads it has changed; a result would not be comparable with earlier ones."
        )


def _decode_sklearn_digits(dataset: Dataset, files: list[Path]) -> dict[str, Array]:
    from sklearn.datasets import load_digits

    digits = load_digits()
    images, labels = digits.images.astype(np.uint8), digits.target.astype(np.uint8)
    if dataset.holdout is None:
        raise DataError(f"{dataset.name} has no test part of its own; the catalogue must state a holdout.")
    return hold_out(images, labels, dataset.holdout)


def _decode_keras_npz(dataset: Dataset, files: list[Path]) -> dict[str, Array]:
    with np.load(files[0], allow_pickle=False) as archive:
        return {part: archive[part] for part in PARTS}


def hold_out(x: Array, y: Array, holdout: Holdout) -> dict[str, Array]:
    """Split off a stratified test part; both parts keep the order of the dataset.

    Args:
        x: Samples, shape (n, ...).
        y: Labels, shape (n,).
        holdout: Share of each class, and the seed that chooses.
    """
    rng = np.random.default_rng(holdout.seed)
    is_test = np.zeros(len(y), dtype=bool)
    for label in np.unique(y):
        members = np.flatnonzero(y == label)
        is_test[rng.permutation(members)[: round(len(members) * holdout.test_fraction)]] = True
    return {"x_train": x[~is_test], "y_train": y[~is_test], "x_test": x[is_test], "y_test": y[is_test]}


_FORMATS: dict[str, Callable[[Dataset, list[Path]], dict[str, Array]]] = {
    "sklearn_digits": _decode_sklearn_digits,
    "keras_npz": _decode_keras_npz,
}
