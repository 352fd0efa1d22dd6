"""Training on the features of frozen layers, against training through these layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from ablation.data import Prepared, load_prepared
from ablation.evaluation import Head, head_of
from ablation.model import build_model
from ablation.settings import Settings
from ablation.spec import Trial
from ablation.training import MODEL
from ablation.training.fitting import Fitted, fit, predict
from ablation.training.folder import Folder
from ablation.training.saving import save_model

from ..frozen import BACKBONE, HIDDEN, OUTPUT, POOL, SIDE, prepare_images, settings_with_images, trial, with_features

# Both ways do the same sums, in another order where batches differ in size: float32 has 7 digits.
RTOL, ATOL = 2e-4, 2e-5

DROP = {"kind": "dropout", "name": "drop", "rate": 0.4}
NORM = {"kind": "batch_normalization", "name": "norm"}
PENALIZED = {**HIDDEN, "kernel_regularizer": {"kind": "l2", "factor": 0.01}}
SGD = {"kind": "sgd", "learning_rate": 0.05, "momentum": 0.9}
SMALL_STEPS = {"kind": "sgd", "learning_rate": 0.01}
UNFREEZE = {"name": "tune", "epochs": 2, "learning_rate": 1e-3, "unfreeze": ["net"]}

WAYS: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "dropout": ([BACKBONE, POOL, DROP, OUTPUT], {}),
    "penalty_and_schedule": ([BACKBONE, POOL, PENALIZED, OUTPUT], {"schedule": {"kind": "cosine", "warmup_steps": 2}}),
    "batch_normalization": ([BACKBONE, POOL, HIDDEN, NORM, OUTPUT], {"optimizer": SGD}),
    "averaged_weights": ([BACKBONE, POOL, OUTPUT], {"optimizer": {**SGD, "use_ema": True}}),
    "whole_metrics_and_class_weights": (
        [BACKBONE, POOL, OUTPUT],
        {"metrics": ["accuracy", "auc", "f1"], "class_weights": "balanced"},
    ),
    "samples_of_the_backbone_flattened": ([BACKBONE, {"kind": "flatten", "name": "flat"}, OUTPUT], {}),
    "early_stopping": (
        [BACKBONE, POOL, HIDDEN, OUTPUT],
        {"epochs": 6, "early_stopping": {"monitor": "val_loss", "patience": 1, "min_delta": 0.05}},
    ),
    "phase_that_keeps_it_frozen": (
        [BACKBONE, POOL, HIDDEN, OUTPUT],
        {"phases": [{"name": "slow", "epochs": 2, "learning_rate": 1e-4, "freeze": ["hidden"]}]},
    ),
    "bfloat16": ([BACKBONE, POOL, HIDDEN, OUTPUT], {"precision": "mixed_bfloat16"}),
    "float16": ([BACKBONE, POOL, HIDDEN, OUTPUT], {"precision": "mixed_float16"}),
    "diagnostics": (
        [BACKBONE, POOL, HIDDEN, OUTPUT],
        {"optimizer": SMALL_STEPS, "phases": [UNFREEZE], "diagnostics": True},
    ),
    "phase_that_trains_it": ([BACKBONE, POOL, HIDDEN, OUTPUT], {"optimizer": SMALL_STEPS, "phases": [UNFREEZE]}),
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_with_images(tmp_path_factory.mktemp("images"))


def head(of: Trial) -> Head:
    return head_of(of.spec.model, of.spec.training.loss, 10)


def train(of: Trial, data: Prepared, directory: Path) -> tuple[keras.Model, Fitted]:
    precision = of.spec.training.precision
    model = build_model(of.spec.model, input_shape=(SIDE, SIDE, 3), seed=of.seed, precision=precision)
    return model, fit(model, of, data, head(of), Folder(directory))


def outputs(fitted: Fitted) -> list[Any]:
    return list(predict(fitted.view.model, fitted.view.prepared).values())


def columns(fitted: Fitted) -> list[list[float]]:
    return [list(row.values()) for row in fitted.log.history]


@pytest.mark.slow
@pytest.mark.parametrize("name", WAYS)
def test_features_give_the_numbers_of_the_plain_way(tmp_path: Path, settings: Settings, name: str) -> None:
    layers, training = WAYS[name]
    of = trial(layers, **training)
    shared_model, shared = train(of, with_features(of, settings), tmp_path)
    plain_model, plain = train(of, load_prepared(prepare_images(of, settings), settings), tmp_path)
    assert [list(row) for row in shared.log.history] == [list(row) for row in plain.log.history]
    np.testing.assert_allclose(columns(shared), columns(plain), rtol=RTOL, atol=ATOL)
    for mine, theirs in zip(shared_model.get_weights(), plain_model.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=RTOL, atol=ATOL)
    for mine, theirs in zip(outputs(shared), outputs(plain), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=RTOL, atol=ATOL)
    assert shared.best_epoch == plain.best_epoch


@pytest.mark.slow
def test_frozen_stages_train_a_part_and_others_the_whole(tmp_path: Path, settings: Settings) -> None:
    of = trial()
    model, fitted = train(of, with_features(of, settings), tmp_path)
    assert [layer.name for layer in fitted.view.model.layers[1:]] == ["output"]
    assert fitted.view.prepared.train.input_shape == (256,)
    of = trial(phases=[UNFREEZE])
    model, fitted = train(of, with_features(of, settings), tmp_path)
    assert fitted.view.model is model
    assert fitted.view.prepared.train.input_shape == (SIDE, SIDE, 3)


@pytest.mark.slow
def test_layers_stay_whole_when_a_later_phase_freezes_them_again(tmp_path: Path, settings: Settings) -> None:
    again = {"name": "again", "epochs": 1, "learning_rate": 1e-4, "freeze": ["net"]}
    of = trial(phases=[UNFREEZE, again])
    model, fitted = train(of, with_features(of, settings), tmp_path)
    assert fitted.view.model is model


@pytest.mark.slow
def test_best_epoch_before_the_backbone_was_trained_is_restored_whole(tmp_path: Path, settings: Settings) -> None:
    spoil = {**UNFREEZE, "learning_rate": 5.0}
    of = trial(optimizer=SMALL_STEPS, phases=[spoil], early_stopping={"monitor": "val_loss", "patience": 5})
    model, fitted = train(of, with_features(of, settings), tmp_path)
    fresh = build_model(of.spec.model, input_shape=(SIDE, SIDE, 3), seed=of.seed)
    assert fitted.best_epoch is not None
    assert fitted.best_epoch <= 3
    for mine, theirs in zip(model.get_layer("net").get_weights(), fresh.get_layer("net").get_weights(), strict=True):
        assert np.array_equal(mine, theirs)


@pytest.mark.slow
def test_saved_model_is_whole_and_goes_on_with_its_optimizer(tmp_path: Path, settings: Settings) -> None:
    of = trial([BACKBONE, POOL, HIDDEN, OUTPUT])
    data = with_features(of, settings)
    model, fitted = train(of, data, tmp_path)
    save_model(model, model.optimizer, of.spec.training, head(of), tmp_path / MODEL)
    loaded = keras.models.load_model(tmp_path / MODEL)
    assert [layer.name for layer in loaded.layers] == ["Input", "net", "pool", "hidden", "output"]
    said = loaded.predict_on_batch(data.test.read(slice(None)))
    np.testing.assert_allclose(said, outputs(fitted)[2], rtol=RTOL, atol=ATOL)
    assert int(loaded.optimizer.iterations) == 9
    states = [np.asarray(state) for state in loaded.optimizer.variables[2:]]
    assert all(np.any(state) for state in states)


@pytest.mark.slow
def test_training_on_features_twice_gives_the_same_bits(tmp_path: Path, settings: Settings) -> None:
    of = trial([BACKBONE, POOL, DROP, OUTPUT])
    data = with_features(of, settings)
    (first, one), (second, other) = (train(of, data, tmp_path) for _ in range(2))
    assert one.log.history == other.log.history
    for mine, theirs in zip(first.get_weights(), second.get_weights(), strict=True):
        assert np.array_equal(mine, theirs)


@pytest.mark.slow
def test_without_features_the_plain_way_is_taken(tmp_path: Path, settings: Settings) -> None:
    of = trial()
    model, fitted = train(of, load_prepared(prepare_images(of, settings), settings), tmp_path)
    assert fitted.view.model is model
