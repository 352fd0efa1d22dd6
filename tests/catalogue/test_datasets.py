from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from ablation.catalogue import Dataset, DatasetFile, catalogue

FACTS = {
    "digits": ("classification", 10, (8, 8)),
    "diabetes": ("regression", None, (10,)),
    "mnist": ("classification", 10, (28, 28)),
    "fashion_mnist": ("classification", 10, (28, 28)),
    "cifar10": ("classification", 10, (32, 32, 3)),
    "cifar100": ("classification", 100, (32, 32, 3)),
    "imdb": ("classification", 2, ()),
    "reuters": ("classification", 46, ()),
    "flowers": ("classification", 5, (None, None, 3)),
}


def test_catalogue_knows_nine_datasets() -> None:
    known = {name: (entry.task, entry.classes, entry.input_shape) for name, entry in catalogue().items()}
    assert known == FACTS


def test_sequences_are_those_of_words() -> None:
    assert [name for name, dataset in catalogue().items() if dataset.is_sequence] == ["imdb", "reuters"]


@pytest.mark.parametrize("name", catalogue())
def test_dataset_says_what_may_be_done_with_it(name: str) -> None:
    dataset = catalogue()[name]
    assert dataset.title
    assert dataset.licence
    assert dataset.homepage.startswith("https://")
    assert all(file.url and file.url.startswith("https://") for file in dataset.files)


@pytest.mark.parametrize("name", catalogue())
def test_dataset_is_proved_by_digests(name: str) -> None:
    for edition in catalogue()[name].editions:
        assert edition.content_sha256 or edition.files
        assert all(len(digest) == 64 for file in edition.files for digest in file.sha256)


def test_editions_of_a_dataset_have_identities_of_their_own() -> None:
    identities = [edition.identity for dataset in catalogue().values() for edition in dataset.editions]
    assert len(identities) == len(set(identities)) == 11


def test_edition_has_its_own_files_and_the_rest_of_the_dataset() -> None:
    published, images = catalogue()["cifar10"].editions
    assert [file.name for file in published.files] == ["cifar-10-python.tar.gz"]
    assert (images.format.kind, [file.name for file in images.files]) == ("image_folders", ["cifar10_images.tar.gz"])
    assert (images.name, images.classes, images.alternatives) == ("cifar10", 10, ())


def described(**changes: Any) -> Dataset:
    facts = {
        "name": "tiny",
        "title": "Tiny",
        "task": "classification",
        "classes": 2,
        "input_shape": (2,),
        "licence": "none",
        "homepage": "https://example.org",
        "format": {"kind": "npz"},
        "files": (DatasetFile(name="a.npz", url="https://example.org/a.npz", sha256=("0" * 64,)),),
    }
    return Dataset.model_validate(facts | changes)


def test_identity_is_the_content_where_it_is_known() -> None:
    assert described(content_sha256="a" * 64).identity == "a" * 64


def test_identity_is_that_of_the_published_files_where_the_content_is_unknown() -> None:
    other = DatasetFile(name="a.npz", url="https://example.org/a.npz", sha256=("1" * 64,))
    moved = DatasetFile(name="a.npz", url="https://example.net/a.npz", sha256=("0" * 64, "2" * 64))
    assert described().identity == described(files=(moved,)).identity
    assert described().identity != described(files=(other,)).identity


OTHERWISE: dict[str, dict[str, Any]] = {
    "format": {"format": {"kind": "idx"}},
    "setting of the format": {"format": {"kind": "csv", "targets": ["y"]}},
    "holdout": {"holdout": {"test_fraction": 0.2}},
    "another draw": {"holdout": {"test_fraction": 0.2, "seed": 1}},
    "classes": {"classes": 3},
    "targets": {"classes": None, "task": "regression", "targets": 2},
    "part": {"files": (DatasetFile(name="a.npz", sha256=("0" * 64,), part="test"),)},
    "another file": {"files": (DatasetFile(name="a.npz", sha256=("0" * 64,)),) * 2},
}


def test_identity_is_that_of_how_files_are_read() -> None:
    identities = [described().identity, *(described(**changes).identity for changes in OTHERWISE.values())]
    assert len(set(identities)) == len(identities) == 9


@pytest.mark.parametrize(
    "same", [{"name": "other"}, {"title": "Other"}, {"input_shape": None}, {"licence": ""}, {"samples": 7}]
)
def test_identity_stays_whatever_else_is_said(same: dict[str, Any]) -> None:
    assert described(**same).identity == described().identity


@pytest.mark.parametrize("wrong", [{"classes": None}, {"task": "regression"}, {"classes": 1}, {"targets": 0}])
def test_dataset_without_classes_or_targets_of_its_task_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        described(**wrong)


@pytest.mark.parametrize("name", ["../mnist.npz", "a/b", ".hidden", "", "a b"])
def test_file_whose_name_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="name"):
        DatasetFile(name=name, url="https://example.org/a", sha256=("0" * 64,))


def test_file_without_a_digest_is_refused() -> None:
    with pytest.raises(ValidationError, match="sha256"):
        DatasetFile(name="a.npz", url="https://example.org/a.npz", sha256=())
