"""Which formats a machine can write, and which a trial lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from ablation.pipeline import (
    ResourcesMissing,
    RunContext,
    export_lines,
    lacking_formats,
    publish_added_exports,
    require_formats,
    without_exports,
)
from ablation.records import BlobRef, Export, ModelFormat, TrialOutcome
from ablation.store import Store, find_trial, publish_trial, put_blob
from tests.conftest import embedded_store

BLOB = BlobRef(sha256="0" * 64, bytes=1, content_type="application/zip")
TFLITE = Export(format="tflite", file="model.tflite", samples=32, tolerance=5e-4, largest_difference=1e-6)
ALL: Sequence[ModelFormat] = ("keras", "saved_model", "tflite", "onnx")


def outcome(files: Sequence[str] = (), exports: Sequence[Export] = ()) -> TrialOutcome:
    return TrialOutcome(
        variant="plain",
        seed=3,
        fingerprint="0" * 64,
        status="trained",
        files={name: BLOB for name in ("model.keras", *files)},
        exports=tuple(exports),
    )


def test_formats_whose_libraries_are_installed_are_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    require_formats(ALL, lambda name: True)


@pytest.mark.parametrize(
    ("absent", "needed", "extra"),
    [
        (("tf2onnx",), "tf2onnx", "onnx"),
        (("tf2onnx", "onnxruntime"), "tf2onnx and onnxruntime", "onnx"),
        (("tensorflow",), "tensorflow", "cpu"),
        (("tensorflow", "tf2onnx"), "tensorflow and tf2onnx", "cpu,onnx"),
    ],
)
def test_format_whose_library_is_missing_is_refused_with_what_to_install(
    absent: tuple[str, ...], needed: str, extra: str
) -> None:
    with pytest.raises(ResourcesMissing) as error:
        require_formats(["onnx"], lambda name: name not in absent)
    assert str(error.value) == (
        f"publish.formats: onnx needs {needed}, which this machine has not.\n"
        f"  Install it: pip install 'ablation[{extra}]'; or leave onnx out."
    )


def test_format_that_another_backend_cannot_write_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    require_formats(["keras"], lambda name: True)
    with pytest.raises(ResourcesMissing, match=r"publish.formats: tflite is written by TensorFlow; the backend is jax"):
        require_formats(["tflite"], lambda name: True)


def test_trial_lacks_what_was_not_exported_or_lost_its_file() -> None:
    assert lacking_formats(outcome(), ["tflite", "onnx", "tflite"]) == ("tflite", "onnx")
    assert lacking_formats(outcome(["model.tflite"], [TFLITE]), ["tflite", "onnx"]) == ("onnx",)
    assert lacking_formats(outcome([], [TFLITE]), ["tflite"]) == ("tflite",)
    failed = Export(format="onnx", error="no such operation")
    assert lacking_formats(outcome(["model.onnx"], [failed]), ["onnx"]) == ("onnx",)


def test_export_that_could_not_be_made_is_said_of_its_trial() -> None:
    ended = without_exports(outcome(["model.tflite"], [TFLITE]), ["tflite", "onnx"], "the store cannot be reached")
    assert [(each.format, each.error) for each in ended.exports] == [
        ("tflite", None),
        ("onnx", "the store cannot be reached"),
    ]
    assert export_lines([ended]) == ("plain seed 3: the model is not published as onnx: the store cannot be reached",)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with embedded_store(tmp_path) as opened:
        yield opened


def run_on(store: Store) -> RunContext:
    return RunContext(study="tiny", run_id="run-1", store=store.location, threads=1, workers=1, timeout_s=60)


def published(store: Store, *, names: Sequence[str] = (), exports: Sequence[Export] = ()) -> TrialOutcome:
    """Publish an attempt at the trial, with its files."""
    files = {name: put_blob(store, name.encode(), "application/zip") for name in ("model.keras", *names)}
    trained = outcome(exports=exports).model_copy(update={"files": files})
    publish_trial(store, trained, {"made": "by another run"})
    return trained


def attempts(store: Store) -> int:
    return sum(1 for _ in store.keys("trials/"))


def test_formats_added_to_a_trial_that_another_run_published_are_committed_with_it(store: Store) -> None:
    onnx = Export(format="onnx", file="model.onnx", samples=32, tolerance=5e-4, largest_difference=0.0)
    found = published(store)
    here = put_blob(store, b"tflite", "application/octet-stream")
    failed = Export(format="saved_model", error="no such operation")
    added = found.model_copy(
        update={
            "status": "cached",
            "variant": "as this run calls it",
            "files": {**found.files, "model.tflite": here},
            "exports": (TFLITE, failed),
        }
    )
    published(store, names=["model.onnx"], exports=[onnx])  # by a third run, since this one looked
    publish_added_exports(added, run_on(store))
    last = find_trial(store, found.fingerprint)
    assert last is not None
    assert (attempts(store), last.status, last.variant) == (3, "trained", "plain")
    assert (last.exports, set(last.files)) == ((onnx, TFLITE), {"model.keras", "model.onnx", "model.tflite"})
    assert last.provenance == {"made": "by another run"}
    publish_added_exports(added, run_on(store))
    assert attempts(store) == 3


def test_trial_to_which_nothing_was_added_is_not_committed_again(store: Store) -> None:
    found = published(store, names=["model.tflite"], exports=[TFLITE])
    publish_added_exports(found.model_copy(update={"status": "cached"}), run_on(store))
    assert attempts(store) == 1
