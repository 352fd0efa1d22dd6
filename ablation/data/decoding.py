"""From a dataset's files to its arrays on this machine: x_train, y_train, x_test, y_test."""

from __future__ import annotations

from pathlib import Path

from ablation.catalogue import Dataset
from ablation.data.arrays import Arrays, content_digest, read_arrays, write_once
from ablation.data.errors import DataError
from ablation.data.fetching import OnTransfer, Remote, fetch_file
from ablation.data.formats import DECODERS
from ablation.data.locating import dataset_directory
from ablation.data.samples import samples_of
from ablation.settings import Settings


def materialize(
    dataset: Dataset, settings: Settings, *, remote: Remote | None = None, on_transfer: OnTransfer | None = None
) -> Path:
    """Return the folder of the dataset's decoded arrays, fetching and decoding if it is not there yet.

    Args:
        dataset: Which one, in the form that is wanted.
        settings: Where the cache and the mirror are.
        remote: Searched after the mirror, before the published address.
        on_transfer: Is told how far the fetching of each file is.

    Raises:
        DataError: A file cannot be had, or the decoded arrays are not those the catalogue states.
    """
    directory = dataset_directory(dataset, settings)
    if not directory.is_dir():
        files = [fetch_file(file, settings, remote=remote, on_transfer=on_transfer) for file in dataset.files]
        write_once(directory, lambda temporary: _decode(dataset, files, temporary))
    return directory


def _decode(dataset: Dataset, files: list[Path], directory: Path) -> None:
    DECODERS[dataset.format.kind](dataset, files, directory)
    arrays = read_arrays(directory)
    for part in ("train", "test"):
        _verify_labels(dataset, arrays, part)
    if dataset.content_sha256 is not None:
        _verify_content(dataset, arrays)


def _verify_labels(dataset: Dataset, arrays: Arrays, part: str) -> None:
    x, y = samples_of(arrays, part), arrays[f"y_{part}"]
    if len(x) != len(y):
        raise DataError(f"{dataset.name}: the {part} part has {len(x)} samples and {len(y)} labels.")
    if dataset.classes is not None and len(y) and not 0 <= y.min() <= y.max() < dataset.classes:
        raise DataError(
            f"{dataset.name}: the {part} part has labels from {y.min()} to {y.max()}, "
            f"there should be {dataset.classes} classes, from 0 on."
        )


def _verify_content(dataset: Dataset, arrays: Arrays) -> None:
    got = content_digest(arrays)
    if got != dataset.content_sha256:
        raise DataError(
            f"{dataset.name}: the decoded arrays have the digest {got},\n"
            f"  the catalogue states {dataset.content_sha256}.\n"
            "  The file or the library that reads it has changed; a result would not be comparable with earlier ones."
        )
