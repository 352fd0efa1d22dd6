"""Tests of files of weights: fetched like a dataset's files, and read only with the digest of the spec."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ablation.data import DataUnavailable
from ablation.model import fetch_weights
from ablation.settings import Settings
from ablation.spec.layers import WeightsFile

CONTENT = b"weights"


def file(content: bytes = CONTENT) -> WeightsFile:
    return WeightsFile(file="features.weights.h5", sha256=hashlib.sha256(content).hexdigest())


def settings(tmp_path: Path, *, mirror: bool) -> Settings:
    folder = tmp_path / "mirror"
    folder.mkdir()
    (folder / "features.weights.h5").write_bytes(CONTENT)
    datasets = str(folder) if mirror else None
    return Settings(_env_file=None, cache_dir=tmp_path / "cache", datasets=datasets)


def test_file_on_the_mirror_is_fetched_into_the_cache(tmp_path: Path) -> None:
    path = fetch_weights(file(), settings(tmp_path, mirror=True))
    assert (path.name, path.read_bytes()) == ("features.weights.h5", CONTENT)
    assert path.is_relative_to(tmp_path / "cache")


def test_file_with_another_digest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataUnavailable, match=r"(?s)features\.weights\.h5 cannot be fetched.*sha256 is"):
        fetch_weights(file(b"others"), settings(tmp_path, mirror=True))


def test_file_without_address_and_mirror_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataUnavailable, match=r"(?s)features\.weights\.h5 cannot be fetched.*ABLATION_DATASETS"):
        fetch_weights(file(), settings(tmp_path, mirror=False))
