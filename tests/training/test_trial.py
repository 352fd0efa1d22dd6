"""What a trial's own process makes of its job."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from ablation.catalogue import catalogue
from ablation.data import prepare
from ablation.processes import Limits, run_isolated
from ablation.settings import Settings
from ablation.spec import DataSpec, Trial, TrialSpec
from ablation.training import BUILD, MODEL, PREDICTIONS, RESULT, TRAIN, BuildJob, TrainJob, TrainResult

FLATTEN = {"kind": "flatten", "name": "flat"}
OUTPUT = {"kind": "dense", "name": "output", "units": 10}


def build(directory: Path, units: int, **job: Any) -> str | None:
    """Build a dense layer on an input of 4 and return the error."""
    model = {"layers": [{**OUTPUT, "units": units}]}
    common = {"model": model, "precision": "float32", "input_shape": (4,), "cache_dir": str(directory)}
    told = BuildJob.model_validate({**common, **job})
    return run_isolated(BUILD, told.model_dump_json(), directory / "built", limits=Limits(120)).error


BINARY = {"kind": "binary_crossentropy"}


def test_model_with_the_outputs_of_its_loss_is_built(tmp_path: Path) -> None:
    assert build(tmp_path, 1, loss=BINARY, classes=2, outputs=1) is None
    summary = json.loads((tmp_path / "built" / RESULT).read_text())
    assert (summary["parameters"], summary["layers"]) == (5, ["Input", "output"])


@pytest.mark.parametrize(
    ("job", "message"),
    [
        (
            {"loss": BINARY, "classes": 2, "outputs": 1},
            "model.layers.output: has 3 outputs, binary_crossentropy on 2 classes needs 1",
        ),
        (
            {"loss": {"kind": "huber"}, "classes": None, "outputs": 2},
            "model.layers.output: has 3 outputs, huber on numbers needs 2",
        ),
    ],
    ids=["yes_no", "regression"],
)
def test_model_with_other_outputs_than_its_loss_takes_is_an_error(
    tmp_path: Path, job: dict[str, Any], message: str
) -> None:
    error = build(tmp_path, 3, **job)
    assert error is not None
    assert message in error


def train(directory: Path, dataset: str, layers: list[dict[str, Any]], **training: Any) -> TrainResult:
    settings = Settings(cache_dir=directory / "cache")
    data = DataSpec.model_validate({"dataset": dataset, "subset": {"train": 200, "test": 50}})
    spec = TrialSpec.model_validate({"data": data, "model": {"layers": layers}, "training": training})
    job = TrainJob(
        trial=Trial(study="small", variant="plain", seed=0, spec=spec),
        prepared=prepare(data, catalogue()[dataset], 0, settings),
        cache_dir=str(settings.cache_dir),
        threads=1,
    )
    end = run_isolated(TRAIN, job.model_dump_json(), directory / "out", limits=Limits(120))
    assert end.reason == "done", end.error
    return TrainResult.model_validate_json((directory / "out" / RESULT).read_bytes())


def test_trial_says_which_epoch_it_kept(tmp_path: Path) -> None:
    stopping = {"monitor": "val_accuracy", "patience": 2, "min_delta": 1.0}
    result = train(tmp_path, "digits", [FLATTEN, OUTPUT], epochs=9, early_stopping=stopping)
    assert (result.status, result.epochs, result.best_epoch) == ("trained", 3, 1)


def test_trial_with_every_kind_of_setting_ends_with_a_model_that_keras_loads(tmp_path: Path) -> None:
    training = {
        "optimizer": {"kind": "adam", "use_ema": True, "clipnorm": 1.0},
        "schedule": {"kind": "cosine", "warmup_steps": 3},
        "loss": {"kind": "sparse_categorical_crossentropy"},
        "metrics": ["accuracy", "top_3_accuracy", "auc", "ece"],
        "class_weights": "balanced",
        "batch_size": 64,
        "epochs": 2,
        "phases": [{"name": "tune", "epochs": 1, "freeze": ["hidden"], "learning_rate": 1e-4}],
    }
    hidden = {"kind": "dense", "name": "hidden", "units": 8, "activation": "relu"}
    result = train(tmp_path, "digits", [FLATTEN, hidden, OUTPUT], **training)
    assert (result.status, result.epochs, result.best_epoch) == ("trained", 3, None)
    model = keras.models.load_model(tmp_path / "out" / MODEL)
    with np.load(tmp_path / "out" / PREDICTIONS) as outputs:
        assert {name: outputs[name].shape for name in outputs} == {
            "train": (160, 10),
            "val": (40, 10),
            "test": (50, 10),
        }
        assert model.output_shape == (None, 10)
    header = (tmp_path / "out" / "history.csv").read_text().splitlines()[0]
    assert header == (
        "epoch,loss,objective,accuracy,top_3_accuracy,val_loss,val_objective,val_accuracy,val_top_3_accuracy,"
        "val_auc,val_ece,learning_rate"
    )
