"""From a dataset's files to its arrays on this machine: x_train, y_train, x_test, y_test."""

from __future__ import annotations

from pathlib import Path

from ablation.catalogue import Dataset
from ablation.data.arrays import read_arrays, write_once
from ablation.data.fetching import OnTransfer, Remote, fetch_file
from ablation.data.formats import DECODERS
from ablation.data.locating import dataset_directory
from ablation.data.verifying import verify, verify_shapes
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
        DataError: A file cannot be had, or the decoded arrays are not what is said of the dataset.
    """
    directory = dataset_directory(dataset, settings)
    if not directory.is_dir():
        files = [fetch_file(file, settings, remote=remote, on_transfer=on_transfer) for file in dataset.files]
        write_once(directory, lambda temporary: _decode(dataset, files, temporary))
    else:
        # The shape is no part of what names the folder, so a spec that states another one finds it too.
        verify_shapes(dataset, read_arrays(directory))
    return directory


def _decode(dataset: Dataset, files: list[Path], directory: Path) -> None:
    DECODERS[dataset.format.kind](dataset, files, directory)
    verify(dataset, read_arrays(directory))
