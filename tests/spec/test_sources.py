"""Datasets of a study's own, as the rest of the program sees them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from ablation.catalogue import Dataset, catalogue
from ablation.spec import DataSpec, Source, Surroundings, find_dataset, fingerprint
from ablation.spec.checks import check
from ablation.spec.expansion.wiring import connect
from ablation.spec.trials import TrialSpec

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


@pytest.mark.parametrize(
    "name",
    ["token", "private_token", "X-Amz-Security-Token", "key", "AWSAccessKeyId", "client_secret", "sig", "Signature",
     "authorization", "passwd", "X-Amz-Credential", "jwt", "sas"],
)  # fmt: skip
def test_address_with_a_secret_is_refused_without_repeating_it(name: str) -> None:
    with pytest.raises(ValidationError, match=f"holds the parameter {name}, which lets in whoever") as raised:
        described(uri=f"https://a.org/a.csv?raw=1&{name}=f00")
    assert raised.value.errors(include_input=False)[0]["loc"] == ("uri",)


@pytest.mark.parametrize(
    "query", ["raw=1", "download=1", "alt=media", "ref=main", "keyword=wine", "author=a", "design=b", "versionId=3"]
)
def test_address_with_a_harmless_parameter_is_taken(query: str) -> None:
    assert described(uri=f"https://a.org/a.csv?{query}").files[0].url == f"https://a.org/a.csv?{query}"


PATHS_WARNED = "is a path of this machine, and the spec is published with the results"


@pytest.mark.parametrize(
    ("uris", "found"),
    [
        (["/home/alice/a.csv"], ["data.dataset.uri"]),
        (["file:///home/alice/a.csv"], ["data.dataset.uri"]),
        (["data/a.csv"], []),
        (["https://a.org/a.csv"], []),
        (["s3://bucket/a.csv"], []),
        (["train.csv", "/home/alice/test.csv"], ["data.dataset.files.1.uri"]),
    ],
)
def test_path_of_this_machine_is_warned_of(uris: list[str], found: list[str]) -> None:
    files = [{"uri": uri, "sha256": str(number) * 64} for number, uri in enumerate(uris)]
    place = files[0] if len(files) == 1 else {"files": files}
    dataset = HELD | {"format": {"kind": "csv", "targets": ["y"], "features": ["a"]}} | place
    data = DataSpec.model_validate({"dataset": dataset})
    assert isinstance(data.dataset, Source)
    findings = [finding for finding in check(trial_spec(data), data.dataset.dataset) if finding.path[1] == "dataset"]
    assert [".".join(finding.path) for finding in findings] == found
    assert {(each.severity, each.message) for each in findings} <= {("warning", PATHS_WARNED)}
    assert all("Write a path relative to the working directory." in each.hint for each in findings)


def trial_spec(data: DataSpec) -> TrialSpec:
    layers = [{"name": "output", "kind": "dense", "units": 1}]
    fields = {
        "data": data,
        "model": {"layers": layers},
        "training": {"epochs": 1, "loss": {"kind": "mean_squared_error"}},
    }
    spec = TrialSpec.model_validate(fields)
    return spec.model_copy(update={"model": connect(spec.model)[0]})


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
