"""Each format of a model: written, read again, and compared with what the model said when it was trained."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from ablation.records import Export, ModelFormat
from ablation.training import EXPORTED, INPUTS, RESULT, InputContract
from ablation.training.exporting.comparing import WrongExport, compare
from ablation.training.exporting.formats import _pack, read_export

from .models import MODELS, Trained, randomize, trained

FORMATS: tuple[ModelFormat, ...] = ("saved_model", "tflite", "onnx", "keras")
QUICK = [("dense", "keras")]
ALL = [
    pytest.param(name, format, marks=[] if (name, format) in QUICK else pytest.mark.slow)
    for name in MODELS
    for format in FORMATS
]
CONTRACTS: dict[str, tuple[str, tuple[int, ...], str, list[str]]] = {
    "dense": (
        "uint8",
        (8, 8),
        "one logit for each class, in their order; the largest is predicted",
        ["standardize", "clip"],
    ),
    "conv": (
        "uint8",
        (32, 32, 3),
        "one logit for each class, in their order; the largest is predicted",
        ["resize", "rescale", "standardize"],
    ),
    "photos": ("uint8", (12, 10, 3), "one logit for each class, in their order; the largest is predicted", ["rescale"]),
    "embedding": ("int32", (12,), "one logit, of the second class; above 0 it is predicted", []),
    "recurrent": ("int32", (12,), "one logit, of the second class; above 0 it is predicted", []),
    "multi_hot": ("float32", (30,), "one logit, of the second class; above 0 it is predicted", ["multiply"]),
    "regression": ("float32", (10,), "the numbers that are predicted", ["standardize"]),
}


def raw(of: Trained) -> Any:
    """Return what a person who has the dataset gives the model."""
    from ablation.data import load_prepared
    from ablation.training.exporting.samples import raw_samples

    job = of.job("keras")
    return raw_samples(job.trial, job.dataset, load_prepared(of.prepared, of.settings), of.settings)


@pytest.mark.parametrize(("name", "format"), ALL)
def test_export_takes_raw_samples_and_says_what_the_model_said(tmp_path: Path, name: str, format: ModelFormat) -> None:
    of = trained(name, tmp_path)
    end = of.export(format)
    assert end.reason == "done", end.error
    result = Export.model_validate_json((tmp_path / format / RESULT).read_bytes())
    assert (result.format, result.file, result.samples, result.error) == (format, EXPORTED[format], 20, None)
    assert result.largest_difference is not None and result.tolerance is not None
    assert result.largest_difference <= result.tolerance <= 1e-3
    contract = InputContract.model_validate_json((tmp_path / format / INPUTS).read_bytes())
    inside = [step["kind"] for step in contract.inside]
    assert (contract.dtype, contract.shape, contract.meaning, inside) == CONTRACTS[name]
    if format != "keras":
        samples = raw(of).values
        with np.load(tmp_path / "predictions.npz") as archive:
            expected = archive["test"]
        said = read_export(format, tmp_path / format / EXPORTED[format])(samples[:7])
        np.testing.assert_allclose(said, expected[:7], rtol=1e-3, atol=1e-3)


def test_contract_of_text_says_what_is_left_to_do(tmp_path: Path) -> None:
    assert raw(trained("embedding", tmp_path)).outside == (
        "integers below 0 and from 30 on become 2",
        "the last 12 are kept",
        "zeros before them fill up to 12",
    )


def test_contract_of_photos_of_different_sizes_leaves_the_resizing_outside(tmp_path: Path) -> None:
    photos = raw(trained("photos", tmp_path))
    assert photos.values.shape == (20, 12, 10, 3)
    assert photos.outside == ("resize to 12 x 10 pixels, bilinear with half-pixel centres and without smoothing",)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("format", FORMATS)
def test_model_of_16_bits_is_exported_in_32(tmp_path: Path, precision: str, format: ModelFormat) -> None:
    of = trained("conv", tmp_path, precision=precision)
    end = of.export(format)
    assert end.reason == "done", end.error


def change_weights(of: Trained) -> None:
    model = keras.models.load_model(of.folder / "model.keras")
    model.set_weights([weight * 1.01 for weight in model.get_weights()])
    model.save(of.folder / "model.keras")


def change_predictions(of: Trained) -> None:
    with np.load(of.folder / "predictions.npz") as archive:
        changed = {name: archive[name] * 1.01 for name in archive.files}
    np.savez(of.folder / "predictions.npz", allow_pickle=False, **changed)


@pytest.mark.slow
@pytest.mark.parametrize("change", [change_weights, change_predictions])
@pytest.mark.parametrize("format", FORMATS)
def test_export_of_another_model_is_refused(
    tmp_path: Path, format: ModelFormat, change: Callable[[Trained], None]
) -> None:
    of = trained("conv", tmp_path)
    change(of)
    end = of.export(format)
    assert end.reason == "failed"
    assert str(end.error).startswith("WrongExport: its outputs differ from the model's by 0.0")
    assert not (tmp_path / format / RESULT).exists()


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        ([[1.0, 2.0], [3.0, 4.1]], "its outputs differ from the model's by 0.025, more than 0.01"),
        ([[1.0, 2.0], [3.0, float("nan")]], "it gives outputs that are no finite numbers"),
        ([[1.0], [3.0]], r"it gives outputs of shape \(2, 1\), the model \(2, 2\)"),
    ],
)
def test_outputs_that_differ_are_refused(outputs: list[list[float]], message: str) -> None:
    with pytest.raises(WrongExport, match=message):
        compare(np.array(outputs), np.array([[1.0, 2.0], [3.0, 4.0]]), 0.01)


def test_difference_is_a_share_of_the_largest_output() -> None:
    assert compare(np.array([[101.0]]), np.array([[100.0]]), 0.02) == pytest.approx(0.01)
    assert compare(np.array([[0.2]]), np.array([[0.1]]), 0.2) == pytest.approx(0.1)


def test_archive_depends_on_the_files_alone(tmp_path: Path) -> None:
    for folder, order in (("one", ("b", "a")), ("two", ("a", "b"))):
        (tmp_path / folder / "variables").mkdir(parents=True)
        for name in order:
            (tmp_path / folder / "variables" / name).write_text(name)
        _pack(tmp_path / folder, tmp_path / f"{folder}.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.namelist() == ["variables/a", "variables/b"]


READ = """
import sys, numpy as np, tensorflow as tf
loaded = tf.saved_model.load(sys.argv[1])
given = np.load(sys.argv[2])
(said,) = loaded.signatures["serving_default"](samples=tf.constant(given)).values()
np.save(sys.argv[3], said)
print("ablation" in sys.modules)
"""


@pytest.mark.slow
def test_saved_model_is_read_where_this_project_is_not(tmp_path: Path) -> None:
    of = trained("conv", tmp_path)
    assert of.export("saved_model").reason == "done"
    with zipfile.ZipFile(tmp_path / "saved_model" / "saved_model.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    np.save(tmp_path / "raw.npy", raw(of).values)
    paths = [str(tmp_path / name) for name in ("unpacked", "raw.npy", "said.npy")]
    done = subprocess.run([sys.executable, "-I", "-c", READ, *paths], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["False"]
    with np.load(tmp_path / "predictions.npz") as archive:
        np.testing.assert_allclose(np.load(tmp_path / "said.npy"), archive["test"], rtol=1e-3, atol=1e-3)


def test_random_weights_reach_the_averages_of_batch_normalisation() -> None:
    model = keras.Sequential([keras.Input((3,)), keras.layers.BatchNormalization()])
    randomize(model)
    assert 0.1 < float(np.asarray(model.layers[0].moving_variance).min()) < 1
