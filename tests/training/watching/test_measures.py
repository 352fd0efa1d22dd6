"""What is measured after every epoch: right, always the same, and without a trace in what is trained."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from ablation.data import Array
from ablation.spec import Trial
from ablation.training.fitting import Fitted, fit
from ablation.training.folder import Folder
from ablation.training.watching.gradients import objective_gradients
from ablation.training.watching.measures import spread_over
from ablation.training.watching.norms import gradient_norms, l2_norm, total_norm, weight_norms
from tests.conftest import rarely

from ..small import CLASSES, DENSE, built, head, kernel, prepared, split, trial

HIDDEN: dict[str, Any] = {"kind": "dense", "name": "hidden", "units": 6, "activation": "relu"}
DROP = {"kind": "dropout", "name": "drop", "rate": 0.4}
NORM = {"kind": "batch_normalization", "name": "norm"}
L2 = {"kernel_regularizer": {"kind": "l2", "factor": 0.05}}
MEASURED = ["clean_loss", "clean_accuracy", "weight_norm", "gradient_norm"]


def run(of: Trial, directory: Path) -> tuple[keras.Model, Fitted]:
    directory.mkdir(exist_ok=True)
    keras.utils.set_random_seed(0)
    model = built(of)
    return model, fit(model, of, prepared(), head(of), Folder(directory))


def layer_values(directory: Path) -> list[tuple[int, str, str, float]]:
    with (directory / "diagnostics.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [(int(row["epoch"]), row["layer"], row["kind"], float(row["value"])) for row in rows]


TRAININGS: dict[str, dict[str, Any]] = {
    "averages": {"epochs": 2, "optimizer": {"kind": "adam", "learning_rate": 0.05, "use_ema": True}},
    "phases": {"metrics": ["auc"], "phases": [{"name": "tune", "epochs": 2, "freeze": ["hidden"]}]},
}


@pytest.mark.parametrize("name", rarely(TRAININGS, but=["averages"]))
def test_measured_training_ends_with_the_bits_of_one_that_is_not_measured(tmp_path: Path, name: str) -> None:
    noise = {"kind": "gaussian_noise", "name": "noise", "stddev": 0.3}
    layers = [noise, HIDDEN | L2, NORM, DROP, DENSE]
    results = []
    for diagnostics in (True, False):
        model, fitted = run(trial(layers, **TRAININGS[name], diagnostics=diagnostics), tmp_path / str(diagnostics))
        state = [np.asarray(variable).tobytes() for variable in [*model.variables, *model.optimizer.variables]]
        losses = [(row["loss"], row["val_loss"]) for row in fitted.log.history]
        results.append((state, losses))
    assert results[0] == results[1]
    assert sorted(path.name for path in (tmp_path / "True").iterdir()) == [
        "diagnostics.csv",
        "history.csv",
        "progress.json",
    ]
    assert sorted(path.name for path in (tmp_path / "False").iterdir()) == ["history.csv", "progress.json"]


def test_columns_are_the_same_in_every_stage_and_those_of_layers_are_of_what_is_trained(tmp_path: Path) -> None:
    off = {"bias_initializer": {"kind": "constant", "value": -100.0}}
    phases = [{"name": "tune", "epochs": 1, "freeze": ["hidden"]}]
    model, fitted = run(trial([HIDDEN | off, DENSE], epochs=1, phases=phases, diagnostics=True), tmp_path)
    assert [list(row)[-5:] for row in fitted.log.history] == [[*MEASURED, "learning_rate"]] * 2
    found = layer_values(tmp_path)
    assert [row[:3] for row in found] == [
        (1, "hidden", "weight"),
        (1, "output", "weight"),
        (1, "hidden", "gradient"),
        (1, "output", "gradient"),
        (1, "hidden", "dead_share"),
        (2, "hidden", "weight"),
        (2, "output", "weight"),
        (2, "output", "gradient"),
        (2, "hidden", "dead_share"),
    ]
    assert (found[2][3], found[4][3]) == (0.0, 1.0), "a unit that answers no sample has no gradient and is dead"
    by_hand = np.sqrt(sum(np.sum(np.square(weight, dtype=np.float64)) for weight in model.get_weights()))
    assert fitted.log.history[-1]["weight_norm"] == pytest.approx(by_hand)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The model does not have any trainable weights")
def test_frozen_model_has_a_gradient_of_0(tmp_path: Path) -> None:
    of = trial([DENSE | {"trainable": False}], epochs=1, diagnostics=True)
    assert run(of, tmp_path)[1].log.history[0]["gradient_norm"] == 0.0


def gradient_by_hand(model: keras.Model, x: Array, y: Array, factor: float) -> tuple[Array, Array]:
    """Return the gradients of kernel and bias: cross-entropy of logits, and factor times the sum of squares."""
    logits = x @ kernel(model) + np.asarray(model.get_layer("output").bias)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    wrong = (shares - np.eye(CLASSES)[y]) / len(y)
    return x.T @ wrong + 2 * factor * kernel(model), wrong.sum(axis=0)


def test_gradient_and_clean_metrics_are_those_worked_out_by_hand_with_dropout_off(tmp_path: Path) -> None:
    of = trial([DROP, DENSE | L2], metrics=["accuracy", "auc"], diagnostics=True)
    model, fitted = run(of, tmp_path)
    train, last = prepared().train, fitted.log.history[-1]
    chosen = [0, 3, 7, 11, 15, 18, 22, 26]  # a batch of 30
    of_kernel, of_bias = gradient_by_hand(model, train.x[chosen], train.y[chosen], 0.05)
    assert last["gradient_norm"] == pytest.approx(np.sqrt(np.sum(of_kernel**2) + np.sum(of_bias**2)), rel=1e-4)
    clean = [row * 30 // 20 for row in range(20)]  # as many as validate
    logits, labels = train.x[clean] @ kernel(model) + np.asarray(model.get_layer("output").bias), train.y[clean]
    losses = np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(20), labels]
    assert last["clean_loss"] == pytest.approx(np.mean(losses), rel=1e-5)
    assert last["clean_accuracy"] == pytest.approx(np.mean(np.argmax(logits, axis=1) == labels))
    assert 0 <= last["clean_auc"] <= 1


def test_samples_are_spread_over_the_split_and_over_the_rows_it_is_made_of() -> None:
    whole = split(10, 0)
    assert spread_over(whole, 99).y.tolist() == whole.y.tolist()
    part = replace(whole, y=whole.y[[1, 4, 6, 9]], rows=np.array([1, 4, 6, 9]))
    spread = spread_over(part, 2)
    assert spread.rows is not None and spread.rows.tolist() == [1, 6]
    assert spread.y.tolist() == [whole.y[1], whole.y[6]]


def test_gradient_of_an_embedding_adds_up_the_rows_of_a_word() -> None:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Embedding(5, 2, name="words"), keras.layers.Flatten()])
    x, targets = np.array([[1, 1, 4]]), np.zeros((1, 6), np.float32)
    gradients = objective_gradients(model, keras.losses.MeanSquaredError(), x, targets)
    weights = np.asarray(model.get_layer("words").embeddings)
    expected = np.zeros((5, 2))
    expected[1], expected[4] = 2 * 2 * weights[1] / 6, 2 * weights[4] / 6
    assert np.allclose(gradients[0], expected, atol=1e-6)
    assert gradient_norms(model, gradients) == {"words": pytest.approx(np.sqrt(np.sum(expected**2)), rel=1e-5)}


def test_norms_are_those_of_all_weights_frozen_or_not_without_statistics() -> None:
    model = built(trial([HIDDEN | {"trainable": False}, NORM, DENSE]))
    model.get_layer("norm").moving_variance.assign(np.full(6, 1e6))
    norms = weight_norms(model)
    assert norms["norm"] == pytest.approx(np.sqrt(6))
    assert norms["hidden"] == pytest.approx(np.linalg.norm(kernel(model, "hidden")), rel=1e-6)
    assert total_norm(norms) == pytest.approx(np.sqrt(sum(norm**2 for norm in norms.values())))


def test_norm_of_large_float32_values_does_not_overflow() -> None:
    assert l2_norm([np.full(4, 1e30, np.float32)]) == pytest.approx(2e30)
