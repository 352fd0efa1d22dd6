"""`ablate data`: as a user runs it."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from rich.console import Console

from ablation.catalogue import catalogue
from ablation.data import Transfer, path_digest
from cli.display.transfers import showing_transfers
from tests.conftest import Project, new_project


@pytest.fixture
def place(tmp_path: Path) -> Project:
    """Return a working directory; nothing here needs an engine."""
    return new_project(tmp_path, "http://127.0.0.1:9/api")


def test_list_has_every_dataset_with_its_facts(place: Project) -> None:
    code, rows = place.call_json("data", "list")
    assert code == 0
    assert [row["name"] for row in rows] == list(catalogue())
    assert next(row for row in rows if row["name"] == "fashion_mnist") == {
        "name": "fashion_mnist",
        "title": "Fashion-MNIST clothes, 60,000 / 10,000 images of 28x28 pixels with values 0 to 255",
        "task": "classification",
        "classes": 10,
        "samples": 70_000,
        "licence": "MIT",
        "bytes": 30_878_645,
        "is_cached": False,
    }


def test_list_prints_size_licence_and_place(place: Project) -> None:
    printed = place.call("data", "list").stdout
    assert "cifar10  10 classes, 60,000 samples, 170.5 MB, not fetched\n" in printed
    assert "diabetes  regression, 442 samples, nothing to download, not fetched\n" in printed
    assert "    Licence: research use only (Reuters-21578)\n" in printed


def test_show_has_addresses_and_digests_of_every_form(place: Project) -> None:
    printed = place.call("data", "show", "cifar10").stdout
    assert "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz" in printed
    assert "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce" in printed
    assert "cifar10_images.tar.gz: 19.4 MB, only on a mirror" in printed
    code, shown = place.call_json("data", "show", "cifar10")
    assert code == 0
    assert [form["format"]["kind"] for form in shown["forms"]] == ["cifar_python", "image_folders"]
    assert (shown["is_cached"], shown["here"]) == (False, [])


def test_fetch_decodes_and_says_where(place: Project) -> None:
    code, fetched = place.call_json("data", "fetch", "digits")
    assert code == 0
    assert fetched == {
        "name": "digits",
        "directory": f".ablation-cache/datasets/{catalogue()['digits'].content_sha256}",
        "files": [],
    }
    assert (place.directory / fetched["directory"] / "x_train.npy").is_file()
    assert "digits  10 classes, 1,797 samples, nothing to download, in the cache\n" in place.call("data", "list").stdout


def test_fetch_of_a_file_with_another_digest_is_refused(place: Project) -> None:
    mirror = place.directory / "mirror"
    mirror.mkdir()
    (mirror / "cifar10_images.tar.gz").write_bytes(b"another file")
    place.environment["ABLATION_DATASETS"] = str(mirror)
    code, document = place.call_json("data", "fetch", "cifar10")
    assert code == document["exit_code"] == 5
    assert f"{mirror}/cifar10_images.tar.gz: 12 bytes, expected 19432160; sha256 is" in document["error"]
    assert not place.call_json("data", "show", "cifar10")[1]["is_cached"]


@pytest.mark.parametrize("command", ["show", "fetch"])
def test_unknown_dataset_is_answered_with_the_known_ones(place: Project, command: str) -> None:
    completed = place.call("data", command, "mnits")
    assert completed.returncode == 2
    assert "no dataset is named 'mnits'. Choose from: digits, diabetes, mnist" in completed.stderr


def test_unknown_subcommand_is_a_usage_error(place: Project) -> None:
    completed = place.call("data", "fecth", "mnist")
    assert completed.returncode == 2
    assert "No such command 'fecth'" in completed.stderr


@pytest.mark.parametrize("command", ["list", "show", "fetch", "digest"])
def test_help_has_an_example(place: Project, command: str) -> None:
    completed = place.call("data", command, "--help")
    assert completed.returncode == 0
    assert f"Example: ablate data {command}" in completed.stdout


WINE = b"sugar;quality\n1.9;5\n"
WINE_SHA256 = hashlib.sha256(WINE).hexdigest()
OWN = """\
study: own
data:
  dataset:
    uri: wine.csv
    sha256: %s
    format: {kind: csv, targets: [quality], delimiter: ";"}
    holdout: {test_fraction: 0.2}
model: {layers: [{kind: dense, name: output, units: 1}]}
training: {optimizer: {kind: sgd, learning_rate: 0.1}, epochs: 1, loss: {kind: mean_squared_error}, metrics: [mae]}
variants: {baseline: {}, longer: {set: {training.epochs: 2}}}
"""


def test_digest_is_that_of_the_file_and_may_stand_in_a_spec(place: Project) -> None:
    (place.directory / "wine.csv").write_bytes(WINE)
    completed = place.call("data", "digest", "wine.csv")
    assert (completed.returncode, completed.stdout) == (0, f"{WINE_SHA256}  wine.csv\n")
    (place.directory / "own.yaml").write_text(OWN % completed.stdout.split()[0], encoding="utf-8")
    assert place.call("validate", "own.yaml").returncode == 0


def test_digests_of_files_and_folders_are_printed_as_json(place: Project) -> None:
    (place.directory / "photos" / "cat").mkdir(parents=True)
    (place.directory / "photos" / "cat" / "1.jpg").write_bytes(b"cat")
    (place.directory / "wine.csv").write_bytes(WINE)
    assert place.call_json("data", "digest", "photos/", "wine.csv") == (
        0,
        [
            {"path": "photos", "sha256": path_digest(place.directory / "photos")},
            {"path": "wine.csv", "sha256": WINE_SHA256},
        ],
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere.csv", "nowhere.csv: No such file or directory. Paths are relative to the working directory, "),
        ("empty", "the folder empty holds no file"),
        ("linked", "linked/a.jpg is a link; put the file itself there"),
    ],
)
def test_digest_of_what_is_none_is_refused(place: Project, name: str, message: str) -> None:
    for folder in ("empty", "linked"):
        (place.directory / folder).mkdir()
    (place.directory / "linked" / "a.jpg").symlink_to("b.jpg")
    (place.directory / "wine.csv").write_bytes(WINE)
    completed = place.call("data", "digest", "wine.csv", name)
    assert (completed.returncode, completed.stdout) == (2, "")
    assert message in completed.stderr


@pytest.mark.parametrize(("is_terminal", "is_shown"), [(True, True), (False, False)])
def test_transfers_are_shown_on_a_terminal_only(is_terminal: bool, is_shown: bool) -> None:
    output = io.StringIO()
    with showing_transfers(Console(file=output, force_terminal=is_terminal, width=120)) as show:
        show(Transfer("mnist.npz", 5_000_000, None))
        show(Transfer("mnist.npz", 10_000_000, 20_000_000))
    assert ("mnist.npz" in output.getvalue()) is is_shown
    assert ("10.0/20.0 MB" in output.getvalue()) is is_shown
