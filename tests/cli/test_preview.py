"""`ablate data preview`: as a user runs it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.conftest import TINY, Project, new_project

DIABETES = """\
study: patients
data: {dataset: diabetes, validation: {count: 50}, normalize: [{kind: standardize}]}
model: {layers: [{kind: dense, name: output, units: 1}]}
training:
  optimizer: {kind: sgd, learning_rate: 0.1}
  loss: {kind: mean_squared_error}
  metrics: [mae]
  epochs: 1
"""
REVIEWS = """\
study: reviews
data:
  dataset: {uri: reviews.npz, sha256: DIGEST, format: {kind: keras_sequences}, classes: 2}
  validation: {use: test}
  encode: {kind: padded, vocabulary_size: 10, length: 4}
model:
  layers:
    - {kind: embedding, name: words, input_dim: 10, output_dim: 2}
    - {kind: flatten, name: flat}
    - {kind: dense, name: output, units: 1}
training: {optimizer: {kind: sgd, learning_rate: 0.1}, loss: {kind: binary_crossentropy}, epochs: 1}
"""


@pytest.fixture
def place(tmp_path: Path) -> Project:
    """Return a working directory; nothing here needs an engine."""
    return new_project(tmp_path, "http://127.0.0.1:9/api")


def test_preview_of_images_has_numbers_and_a_picture(place: Project) -> None:
    code, facts = place.call_json("data", "preview", place.write())
    assert code == 0
    assert (facts["study"], facts["variant"], facts["seed"], facts["dataset"]) == ("tiny", "baseline", 0, "digits")
    assert (facts["kind"], facts["sample_shape"], facts["input_shape"]) == ("images", [8, 8], [8, 8])
    assert facts["samples"] == {"train": 90, "validation": 30, "test": 60}
    assert [each["name"] for each in facts["classes"]] == [str(label) for label in range(10)]
    assert sum(each["counts"]["train"] for each in facts["classes"]) == 90
    assert [(each["minimum"], each["maximum"]) for each in facts["stored"] + facts["normalized"]] == [(0, 16), (0, 1)]
    assert facts["output"] == "tiny-preview.png"
    with Image.open(place.directory / "tiny-preview.png") as picture:
        assert (picture.format, picture.width) == ("PNG", 1680)


def test_preview_prints_balance_ranges_and_how_values_are_drawn(place: Project) -> None:
    completed = place.call("data", "preview", place.write(), "--set", "data.labels.noise=0.1", "--output", "a.png")
    assert completed.returncode == 0
    lines = [line.rstrip() for line in completed.stdout.splitlines()]
    assert lines[0] == "tiny: variant baseline, seed 0, dataset digits"
    assert lines[1] == "images; samples: train 90, validation 30, test 60; a sample is 8 x 8"
    assert "9 training labels (10.0%) were replaced by another class." in lines
    assert "normalised: rescaled, 0 is black and 1 is white; no value is clipped." in lines
    assert lines[-1] == "Picture: a.png"
    assert (place.directory / "a.png").is_file()


@pytest.mark.slow
def test_preview_says_which_classes_a_split_lacks(place: Project) -> None:
    spec = place.write(TINY.replace("train: 120, test: 60", "train: 120, test: 5"))
    _, facts = place.call_json("data", "preview", spec)
    absent = facts["absent"]["test"]
    assert len(absent) >= 5
    assert (
        f"test has no sample of {len(absent)} of 10 classes: {', '.join(absent)}"
        in place.call("data", "preview", spec).stdout
    )


@pytest.mark.slow
def test_preview_takes_the_variant_and_the_seed_asked_for(place: Project) -> None:
    text = TINY + "  flipped: {set: {data.augment: [{kind: flip}]}}\n"
    code, facts = place.call_json("data", "preview", place.write(text), "--variant", "flipped", "--seed", "1")
    assert code == 0
    assert (facts["variant"], facts["seed"], facts["augment"]) == ("flipped", 1, ["flip"])
    assert len(facts["notes"]) == 3


@pytest.mark.slow
def test_preview_of_a_regression_has_targets_and_every_feature(place: Project) -> None:
    code, facts = place.call_json("data", "preview", place.write(DIABETES))
    assert code == 0
    assert (facts["kind"], facts["classes"], len(facts["stored"])) == ("table", [], 10)
    assert set(facts["targets"][0]) == {"train", "validation", "test"}
    assert all(abs(each["mean"]) < 1e-5 and each["deviation"] == pytest.approx(1) for each in facts["normalized"])
    printed = place.call("data", "preview", "study.yaml").stdout
    assert "lower quartile" in printed
    assert (place.directory / "patients-preview.png").is_file()


@pytest.mark.slow
def test_preview_of_sequences_has_lengths_coverage_and_cuts(place: Project) -> None:
    texts, labels = np.empty(4, dtype=object), np.array([0, 1, 0, 1])
    texts[:] = [[1], [2, 3, 4, 5], [6, 20], [1, 1]]  # a start token is added, and ranks are moved up by 3
    archive = place.directory / "reviews.npz"
    np.savez(archive, x_train=texts, y_train=labels, x_test=texts, y_test=labels)
    spec = place.write(REVIEWS.replace("DIGEST", hashlib.sha256(archive.read_bytes()).hexdigest()))
    code, facts = place.call_json("data", "preview", spec)
    assert code == 0
    assert (facts["kind"], facts["sample_shape"], facts["input_shape"]) == ("sequences", [], [4])
    assert facts["validation_is_test"]
    train = facts["sequences"]
    assert [train["lengths"]["train"][name] for name in ("minimum", "median", "maximum")] == [2, 3, 5]
    assert train["kept_tokens"]["train"] == pytest.approx(12 / 13)
    assert train["cut_samples"]["train"] == 0.25
    printed = place.call("data", "preview", spec).stdout
    assert "train: 92.3% of the integers are in the vocabulary; 25.0% of the samples are cut\n" in printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--variant", "L2"), "--variant: the study has no variant L2.\n  Did you mean l2?"),
        (("--variant", "zzz"), "--variant: the study has no variant zzz.\n  Choose from: baseline, l2."),
        (("--seed", "7"), "--seed: the study has no seed 7.\n  Choose from: 0, 1."),
        (("--output", "."), "--output: . is a folder.\n  Name a file in it, e.g. preview.png."),
        (("--output", "no/where.png"), "--output: cannot write no/where.png: No such file or directory.\n"),
        (("--set", "data.dataset=digit"), "no dataset is named 'digit'"),
    ],
)
def test_preview_of_what_is_not_there_is_a_usage_error(
    place: Project, arguments: tuple[str, ...], message: str
) -> None:
    completed = place.call("data", "preview", place.write(), *arguments)
    assert completed.returncode == 2
    assert message in completed.stderr
    assert list(place.directory.glob("*.png")) == []


def test_preview_leaves_nothing_but_the_picture(place: Project) -> None:
    place.call("data", "preview", place.write())
    assert sorted(path.name for path in place.directory.iterdir() if path.is_file()) == [
        "study.yaml",
        "tiny-preview.png",
    ]


def test_preview_replaces_an_earlier_picture(place: Project) -> None:
    (place.directory / "tiny-preview.png").write_bytes(b"old")
    assert place.call("data", "preview", place.write()).returncode == 0
    assert (place.directory / "tiny-preview.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("width", [40, 80, 120])
def test_preview_never_cuts_a_name_or_a_number(place: Project, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.display.tables.PIPE_WIDTH", width)
    printed = place.call("data", "preview", place.write()).stdout
    assert "…" not in printed
    assert "all values" in printed
    assert "validation" in printed


@pytest.mark.slow
def test_preview_does_not_import_keras(place: Project) -> None:
    """Run as a command of its own: here other tests have imported Keras already."""
    place.environment["PYTHONPROFILEIMPORTTIME"] = "1"
    completed = place.run("data", "preview", place.write())
    assert completed.returncode == 0
    imported = {line.rpartition("|")[2].strip() for line in completed.stderr.splitlines()}
    assert "ablation.training.feeding.batches" in imported
    assert imported.isdisjoint({"keras", "tensorflow"})


def test_preview_help_has_an_example(place: Project) -> None:
    assert "Example: ablate data preview" in place.call("data", "preview", "--help").stdout
