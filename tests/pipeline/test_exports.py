"""Which formats a machine can write, and which a trial lacks."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ablation.pipeline import ResourcesMissing, export_lines, lacking_formats, require_formats, without_exports
from ablation.records import BlobRef, Export, ModelFormat, TrialOutcome

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
