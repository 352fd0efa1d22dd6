from __future__ import annotations

import csv
import json
import math
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ablation.data import Prepared
from ablation.spec import Trial
from ablation.training.compiling.compiling import compile_model
from ablation.training.compiling.optimizers import build_optimizer
from ablation.training.feeding.batches import training_batches
from ablation.training.fitting import fit, predict
from ablation.training.folder import Folder
from ablation.training.watching.history import EpochLog
from ablation.training.watching.progress import read_progress

from .small import DENSE, built, head, kernel, prepared, trial

PENALIZED = {**DENSE, "kernel_regularizer": {"kind": "l2", "factor": 0.5}}


def rows(directory: Path) -> list[dict[str, float]]:
    with (directory / "history.csv").open(encoding="utf-8", newline="") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def data() -> Prepared:
    return prepared()


def fitted(of: Trial, data: Prepared, directory: Path) -> tuple[Any, EpochLog]:
    model = built(of)
    return model, fit(model, of, data, head(of), Folder(directory)).log


def test_history_has_one_row_an_epoch_and_its_columns(tmp_path: Path, data: Prepared) -> None:
    _, log = fitted(trial(), data, tmp_path)
    found = rows(tmp_path)
    assert [row["epoch"] for row in found] == [1, 2, 3]
    assert sorted(found[0]) == sorted(
        ["epoch", "loss", "objective", "accuracy", "val_loss", "val_objective", "val_accuracy", "learning_rate"]
    )
    assert [row["learning_rate"] for row in found] == [pytest.approx(0.1)] * 3
    assert not log.is_diverged


def test_history_keeps_every_digit(tmp_path: Path, data: Prepared) -> None:
    _, log = fitted(trial(epochs=2), data, tmp_path)
    assert rows(tmp_path) == log.history


def test_loss_goes_down_and_without_a_penalty_is_the_objective(tmp_path: Path, data: Prepared) -> None:
    fitted(trial(), data, tmp_path)
    found = rows(tmp_path)
    assert found[2]["loss"] < found[1]["loss"] < found[0]["loss"]
    for row in found:
        assert row["objective"] == pytest.approx(row["loss"], rel=1e-6)
        assert row["val_objective"] == pytest.approx(row["val_loss"], rel=1e-6)


def test_loss_leaves_out_the_penalty_that_the_objective_contains(tmp_path: Path, data: Prepared) -> None:
    model, _ = fitted(trial([PENALIZED]), data, tmp_path)
    last = rows(tmp_path)[-1]
    penalty = 0.5 * float(np.sum(kernel(model) ** 2))
    assert penalty > 0.1
    assert last["val_objective"] - last["val_loss"] == pytest.approx(penalty, rel=1e-5)
    assert last["objective"] - last["loss"] > 0.1


def test_penalty_changes_what_is_learned(tmp_path: Path, data: Prepared) -> None:
    plain, penalized = (
        kernel(fitted(trial([layer]), data, tmp_path)[0])
        for layer in (DENSE, {**PENALIZED, "kernel_regularizer": None})
    )
    assert np.array_equal(plain, penalized)
    strong = kernel(fitted(trial([PENALIZED]), data, tmp_path)[0])
    assert np.sum(strong**2) < np.sum(plain**2)


def test_same_trial_learns_the_same_and_another_seed_does_not(tmp_path: Path, data: Prepared) -> None:
    first, again, other = (kernel(fitted(trial(seed=seed), data, tmp_path)[0]) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_seed_orders_the_training_samples(tmp_path: Path, data: Prepared) -> None:
    constant = [{**DENSE, "kernel_initializer": {"kind": "zeros"}}]
    first, other = (kernel(fitted(trial(constant, seed=seed, epochs=1), data, tmp_path)[0]) for seed in (1, 2))
    assert not np.allclose(first, other, atol=1e-5)


def test_step_that_finds_no_finite_loss_is_not_taken_and_ends_the_training(tmp_path: Path, data: Prepared) -> None:
    deep = [{**DENSE, "name": "hidden"}, DENSE]
    of = trial(deep, optimizer={"kind": "sgd", "learning_rate": 1e20}, epochs=50)
    model = built(of)
    ended = fit(model, of, data, head(of), Folder(tmp_path))

    assert ended.refused is not None
    found = json.loads((tmp_path / "divergence.json").read_text(encoding="utf-8"))
    assert (found["epoch"], found["step"]) == (ended.refused.epoch + 1, ended.refused.step + 1) == (1, 2)
    assert str(ended.refused).startswith("stopped before step 2 of epoch 1: its loss is")
    assert len(ended.log.history) == 0
    assert all(np.isfinite(weight).all() for weight in model.get_weights())
    assert found["weight_norms"][model.weights[0].path] == pytest.approx(
        np.linalg.norm(np.float64(kernel(model, "hidden")))
    )
    assert found["spoilt"] == []
    assert set(found["gradient_norms"]) == {weight.path for weight in model.trainable_weights}


def test_batch_that_could_not_be_learnt_from_is_kept(tmp_path: Path, data: Prepared) -> None:
    x = data.train.x.copy()
    x[17, 2] = np.inf
    of = trial(epochs=2)
    model = built(of)
    ended = fit(model, of, replace(data, train=replace(data.train, x=x)), head(of), Folder(tmp_path))

    assert ended.refused is not None
    found = json.loads((tmp_path / "divergence.json").read_text(encoding="utf-8"))
    place = found["samples"].index(17)
    assert found["loss"] in ("NaN", "Infinity")
    with np.load(tmp_path / "diverged_batch.npz") as batch:
        assert np.array_equal(batch["inputs"][place], x[17])
        assert np.array_equal(batch["targets"][place], np.eye(3)[data.train.y[17]])


def test_weights_before_the_refused_step_are_those_of_the_steps_taken(tmp_path: Path, data: Prepared) -> None:
    of = trial(epochs=1)
    order = training_batches(of, data.train, head(of)).samples_of(0, 2)
    spoilt = replace(data.train, x=np.where(np.isin(np.arange(30), order)[:, None], np.nan, data.train.x))
    stopped, short = built(of), built(of)
    assert fit(stopped, of, replace(data, train=spoilt), head(of), Folder(tmp_path)).refused is not None
    compile_model(short, build_optimizer(of.spec.training.optimizer, 0.1), head(of), ())
    for step in range(2):
        short.train_on_batch(*training_batches(of, data.train, head(of)).batch(0, step))
    assert np.allclose(kernel(stopped), kernel(short), atol=1e-7)


def test_gradient_of_float16_that_its_scale_makes_infinite_is_left_out(tmp_path: Path, data: Prepared) -> None:
    steep = {**DENSE, "kernel_initializer": {"kind": "random_normal", "stddev": 100.0}}
    of = trial([{**DENSE, "name": "hidden"}, steep], precision="mixed_float16", epochs=2)
    model = built(of)
    begun = kernel(model, "hidden").copy()
    ended = fit(model, of, data, head(of), Folder(tmp_path))
    assert ended.refused is None
    assert 1 < float(model.optimizer.dynamic_scale) < 2.0**15
    assert int(model.optimizer.iterations) < 8
    assert not np.array_equal(kernel(model, "hidden"), begun)


def test_loss_of_float16_that_is_not_finite_ends_the_training(tmp_path: Path, data: Prepared) -> None:
    of = trial([{**DENSE, "name": "hidden"}, DENSE], precision="mixed_float16")
    far = replace(data.train, x=data.train.x * np.float32(1e6))
    ended = fit(built(of), of, replace(data, train=far), head(of), Folder(tmp_path))
    assert ended.refused is not None


def test_divergence_in_the_only_step_is_seen_in_the_validation_loss(tmp_path: Path, data: Prepared) -> None:
    of = trial(
        optimizer={"kind": "sgd", "learning_rate": 1e30},
        loss={"kind": "mean_squared_error"},
        epochs=1,
        batch_size=30,
    )
    _, log = fitted(of, data, tmp_path)
    assert math.isfinite(log.history[0]["objective"])
    assert log.is_diverged


def test_progress_is_that_of_the_last_epoch(tmp_path: Path, data: Prepared) -> None:
    _, log = fitted(trial(), data, tmp_path)
    progress = read_progress(tmp_path)
    assert progress is not None
    assert (progress.pid, progress.epoch, progress.epochs, progress.eta_s) == (os.getpid(), 3, 3, 0.0)
    assert progress.metrics == {name: value for name, value in log.history[-1].items() if name != "epoch"}
    assert progress.started_at <= progress.updated_at
    assert sorted(path.name for path in tmp_path.iterdir()) == ["history.csv", "progress.json"]


def test_predictions_are_the_outputs_for_every_split_with_dropout_off(data: Prepared) -> None:
    of = trial([{"kind": "dropout", "name": "drop", "rate": 0.9}, DENSE])
    model = built(of)
    outputs = predict(model, data)
    for name, part in (("train", data.train), ("val", data.validation), ("test", data.test)):
        by_hand = part.x @ kernel(model) + np.asarray(model.get_layer("output").bias)
        assert outputs[name].dtype.name == "float32"
        assert np.allclose(outputs[name], by_hand, atol=1e-5)
