"""Datasets of a study's own, as the rest of the program sees them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ablation.catalogue import Dataset, catalogue
from ablation.spec import Source, Surroundings, find_dataset, fingerprint

from .documents import changed, load

SHA = "a" * 64
FILE = {"uri": "data/wine.csv", "sha256": SHA}
HELD = {"holdout": {"test_fraction": 0.2}}
HERE = Surroundings(dataset_sha256="d" * 64, code_sha256="c" * 64, versions={"keras": "3.15.1"})


def described(**settings: Any) -> Dataset:
    return Source.model_validate(FILE | HELD | {"format": {"kind": "csv", "targets": ["y"]}} | settings).dataset


def test_source_is_a_dataset_like_those_of_the_catalogue() -> None:
    dataset = described(classes=3)
    (file,) = dataset.files
    assert (dataset.name, dataset.task, dataset.classes, dataset.is_sequence) == (
        "wine.csv",
        "classification",
        3,
        False,
    )
    assert (file.name, file.url, file.sha256, file.part, file.is_own) == (
        "wine.csv",
        "data/wine.csv",
        (SHA,),
        None,
        True,
    )
    assert dataset.holdout is not None
    assert (dataset.holdout.test_fraction, dataset.holdout.seed) == (0.2, 0)


@pytest.mark.parametrize(
    ("settings", "targets"),
    [
        ({}, 1),
        ({"format": {"kind": "csv", "targets": ["a", "b"]}}, 2),
        ({"format": {"kind": "csv", "targets": ["a", "b"]}, "targets": 2}, 2),
        ({"format": {"kind": "npz"}}, 1),
        ({"format": {"kind": "npz"}, "targets": 3}, 3),
    ],
)
def test_targets_are_those_that_are_said_or_the_columns(settings: dict[str, Any], targets: int) -> None:
    dataset = described(**settings)
    assert (dataset.task, dataset.targets) == ("regression", targets)


@pytest.mark.parametrize(
    ("settings", "shape"),
    [
        ({}, None),
        ({"input_shape": [4]}, (4,)),
        ({"format": {"kind": "csv", "targets": ["y"], "features": ["a", "b"]}}, (2,)),
        ({"format": {"kind": "npz"}, "input_shape": [None, None, 3]}, (None, None, 3)),
        ({"format": {"kind": "parquet", "targets": ["y"], "sequences": True}}, ()),
    ],
)
def test_shape_is_what_is_said_or_what_the_format_tells(settings: dict[str, Any], shape: object) -> None:
    assert described(**settings).input_shape == shape


def test_files_are_in_the_order_of_the_spec_with_their_parts() -> None:
    parts = (("b", "test"), ("a", "train"))
    files = [{"uri": f"{name}.csv", "sha256": name * 64, "part": part} for name, part in parts]
    source = Source.model_validate({"files": files, "format": {"kind": "csv", "targets": ["y"]}})
    assert [(file.name, file.part) for file in source.dataset.files] == [("b.csv", "test"), ("a.csv", "train")]


@pytest.mark.parametrize("choice", ["digits", "nowhere"])
def test_name_means_a_dataset_of_the_catalogue(choice: str) -> None:
    assert find_dataset(choice) == catalogue().get(choice)


def own(directory: Path, uri: str, sha256: str = SHA) -> Any:
    source = f"{{uri: {uri}, sha256: {sha256}, format: {{kind: npz}}, classes: 10, input_shape: [8, 8]}}"
    return load(directory, changed("digits", source)).trials[0]


def test_moved_file_is_the_same_data(tmp_path: Path) -> None:
    here, there = own(tmp_path, "a/x.npz"), own(tmp_path, "https://a.org/y.npz")
    datasets = [trial.spec.data.dataset.dataset for trial in (here, there)]
    assert datasets[0] != datasets[1]
    assert (
        datasets[0].identity
        == datasets[1].identity
        != own(tmp_path, "x.npz", "b" * 64).spec.data.dataset.dataset.identity
    )
    assert fingerprint(here, HERE) == fingerprint(there, HERE)
