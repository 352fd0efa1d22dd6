from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ablation.catalogue import Dataset, DatasetFile, Edition, catalogue, formats
from ablation.data import locate
from ablation.data.fetching import fetch_file
from ablation.data.locating import dataset_directory

from .conftest import Cache

DIGEST = hashlib.sha256(b"second").hexdigest()
FILE = DatasetFile(name="second.tar", sha256=(DIGEST,))
TWO_FORMS = Dataset(
    name="two",
    title="Two forms",
    task="classification",
    classes=2,
    input_shape=(2,),
    licence="none",
    homepage="https://example.org",
    format=formats.CifarPython(kind="cifar_python"),
    files=(DatasetFile(name="first.tar", url="https://example.org/first.tar", sha256=("1" * 64,)),),
    alternatives=(Edition(format=formats.ImageFolders(kind="image_folders"), files=(FILE,)),),
)


def found(cache: Cache, mirror: str | None = None) -> str:
    return locate(TWO_FORMS, cache.settings(mirror)).files[0].name


@pytest.fixture
def second_mirror(tmp_path: Path) -> Path:
    folder = tmp_path / "mirror"
    folder.mkdir()
    (folder / "second.tar").write_bytes(b"second")
    return folder


def test_dataset_of_one_form_is_that_form(cache: Cache) -> None:
    assert locate(catalogue()["digits"], cache.settings()) == catalogue()["digits"]


@pytest.mark.parametrize("mirror", [None, "https://example.org/mirror", "s3://bucket/mirror", "nowhere"])
def test_form_that_is_nowhere_near_is_the_first(cache: Cache, mirror: str | None) -> None:
    assert found(cache, mirror) == "first.tar"


@pytest.mark.parametrize("prefix", ["", "file://"])
def test_form_in_the_mirror_folder_is_used(cache: Cache, second_mirror: Path, prefix: str) -> None:
    assert found(cache, f"{prefix}{second_mirror}") == "second.tar"


def test_form_that_was_fetched_is_used_without_the_mirror(cache: Cache, second_mirror: Path) -> None:
    fetch_file(FILE, cache.settings(str(second_mirror)))
    assert found(cache) == "second.tar"


def test_form_that_was_decoded_is_used_before_one_in_the_mirror(cache: Cache, second_mirror: Path) -> None:
    dataset_directory(TWO_FORMS.editions[0], cache.settings()).mkdir(parents=True)
    assert found(cache, str(second_mirror)) == "first.tar"


def test_form_that_was_located_stays_what_it_is(cache: Cache, second_mirror: Path) -> None:
    located = locate(TWO_FORMS, cache.settings(str(second_mirror)))
    assert locate(located, cache.settings()) == located
    assert located.identity != TWO_FORMS.identity
