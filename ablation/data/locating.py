"""Which published form of a dataset is used on this machine."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from ablation.catalogue import Dataset, DatasetFile
from ablation.code_digest import code_digest
from ablation.data.fetching import cached_file, local_path
from ablation.settings import Settings
from ablation.spec import digest

DECODING_CODE = ("data/formats", "data/holdout.py")


def locate(dataset: Dataset, settings: Settings) -> Dataset:
    """Return the form of `dataset` that is nearest.

    That is one decoded here, else one fetched, else one in the mirror folder, else the first. A dataset of one form is
    returned as it is. A mirror that is no folder is taken to have the first form.
    """
    editions = dataset.editions
    for is_near in (_is_decoded, _is_fetched, _is_mirrored):
        for edition in editions:
            if is_near(edition, settings):
                return edition
    return editions[0]


def is_here(dataset: Dataset, settings: Settings) -> bool:
    """Return whether a form of `dataset` is on this machine, decoded or fetched: nothing is left to download."""
    return any(_is_decoded(each, settings) or _is_fetched(each, settings) for each in dataset.editions)


def dataset_directory(dataset: Dataset, settings: Settings) -> Path:
    """Return the folder that holds the decoded arrays of `dataset` on this machine.

    Where no digest of the arrays is stated, what decodes them counts: another reader may give other ones.
    """
    if dataset.content_sha256 is not None:
        return settings.cache_dir / "datasets" / dataset.content_sha256
    decoder = {"data": dataset.identity, "code": code_digest(DECODING_CODE), "pillow": version("pillow")}
    return settings.cache_dir / "datasets" / digest(decoder)


def _is_decoded(edition: Dataset, settings: Settings) -> bool:
    return dataset_directory(edition, settings).is_dir()


def _is_fetched(edition: Dataset, settings: Settings) -> bool:
    return bool(edition.files) and all(cached_file(file, settings) for file in edition.files)


def _is_mirrored(edition: Dataset, settings: Settings) -> bool:
    return bool(edition.files) and all(_mirror_has(file, settings) for file in edition.files)


def _mirror_has(file: DatasetFile, settings: Settings) -> bool:
    folder = local_path(settings.datasets) if settings.datasets else None
    return folder is not None and (folder / file.name).exists()
