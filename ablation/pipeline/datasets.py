"""Datasets and files of weights for trials: fetched through the store, so that one worker goes to the internet."""

from __future__ import annotations

from pathlib import Path

from ablation.catalogue import Dataset
from ablation.data import DataError, OnTransfer, PreparedRef, fetch_file, materialize, prepare
from ablation.settings import Settings
from ablation.spec import DataSpec, ModelSpec
from ablation.spec.layers import Backbone, WeightsFile
from ablation.store import (
    BlobCorrupt,
    KeyMissing,
    Store,
    StoreError,
    StoreUnreachable,
    download_dataset,
    put_dataset,
    replace_dataset,
)


def fetch_dataset(dataset: Dataset, store: Store, settings: Settings, on_transfer: OnTransfer | None = None) -> Path:
    """Bring a dataset to this machine and its files to the store; return the folder of its decoded arrays.

    Raises:
        DataError: It cannot be had, or is not what the catalogue states.
    """
    return materialize(dataset, settings, remote=StoredDatasets(store), on_transfer=on_transfer)


def prepare_data(data: DataSpec, dataset: Dataset, seed: int, store: Store, settings: Settings) -> PreparedRef:
    """Split, encode and normalise a dataset, which is fetched first on a machine that has it not.

    Raises:
        DataError: As `prepare` and `fetch_dataset` do.
    """
    return prepare(data, dataset, seed, settings, remote=StoredDatasets(store))


def fetch_weights(model: ModelSpec, store: Store, settings: Settings) -> None:
    """Bring the files of weights that a model reads to this machine and to the store.

    A trial's own process, which knows of no store, finds them in the cache.

    Raises:
        DataUnavailable: One cannot be had, or what was got has another digest.
    """
    for layer in model.all_layers:
        if isinstance(layer, Backbone) and isinstance(layer.weights, WeightsFile):
            fetch_file(layer.weights.published, settings, remote=StoredDatasets(store))


class StoredDatasets:
    """The store as fetching sees it: a place that all workers share. What it has wrong it is given anew."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._is_wrong = False

    def find(self, sha256: str, path: Path) -> bool:
        """Copy the file with this digest to `path`, and return whether the store has it.

        Raises:
            DataError: The store cannot be read, or what it has is something else.
        """
        try:
            download_dataset(self._store, sha256, path)
        except KeyMissing:
            return False
        except StoreError as error:
            self._is_wrong |= isinstance(error, BlobCorrupt)
            raise DataError(str(error), is_temporary=isinstance(error, StoreUnreachable)) from error
        return True

    def keep(self, path: Path) -> None:
        """Write a verified file to the store.

        Raises:
            DataError: The store cannot be written to.
        """
        try:
            (replace_dataset if self._is_wrong else put_dataset)(self._store, path)
        except StoreError as error:
            raise DataError(str(error), is_temporary=isinstance(error, StoreUnreachable)) from error
