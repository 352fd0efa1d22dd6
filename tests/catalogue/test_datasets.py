from __future__ import annotations

import pytest
from pydantic import ValidationError

from ablation.catalogue import DatasetFile, catalogue


def test_catalogue_knows_digits_and_mnist() -> None:
    assert {name: dataset.name for name, dataset in catalogue().items()} == {"digits": "digits", "mnist": "mnist"}
    assert [(dataset.classes, dataset.input_shape) for dataset in catalogue().values()] == [
        (10, (8, 8)),
        (10, (28, 28)),
    ]


@pytest.mark.parametrize("name", catalogue())
def test_dataset_says_what_may_be_done_with_it(name: str) -> None:
    dataset = catalogue()[name]
    assert dataset.title
    assert dataset.licence
    assert dataset.homepage.startswith("https://")
    assert all(file.url.startswith("https://") for file in dataset.files)


@pytest.mark.parametrize("name", ["../mnist.npz", "a/b", ".hidden", "", "a b"])
def test_file_whose_name_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="name"):
        DatasetFile(name=name, url="https://example.org/a", sha256=("0" * 64,))


def test_file_without_a_digest_is_refused() -> None:
    with pytest.raises(ValidationError, match="sha256"):
        DatasetFile(name="a.npz", url="https://example.org/a.npz", sha256=())
