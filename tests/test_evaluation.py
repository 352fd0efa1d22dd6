from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ablation.data import Prepared
from ablation.evaluation import evaluate, loss
from ablation.spec.losses import CategoricalCrossentropy, MeanSquaredError
from ablation.training.batches import Batches
from ablation.training.feeding import feed
from ablation.training.fitting import fit, predict

from .training.small import CLASSES, DENSE, compiled, prepared, trial

PENALTY = {"kind": "l2", "factor": 0.1}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "logits": (DENSE, {"kind": "categorical_crossentropy"}),
    "smoothed": (DENSE, {"kind": "categorical_crossentropy", "label_smoothing": 0.2}),
    "softmax": ({**DENSE, "activation": "softmax"}, {"kind": "categorical_crossentropy", "label_smoothing": 0.2}),
    "squared": (DENSE, {"kind": "mean_squared_error"}),
    "penalized": ({**DENSE, "kernel_regularizer": PENALTY}, {"kind": "categorical_crossentropy"}),
}


@pytest.fixture(scope="module")
def data() -> Prepared:
    return prepared()


@pytest.mark.parametrize("name", CASES)
def test_metrics_are_those_of_keras_without_penalties(tmp_path: Path, data: Prepared, name: str) -> None:
    layer, loss_spec = CASES[name]
    of = trial([layer], loss=loss_spec, epochs=1)
    model = compiled(of)
    fit(model, of, data, classes=CLASSES, directory=tmp_path)
    metrics = evaluate(predict(model, data), data, of.spec)
    for split, part in (("train", data.train), ("val", data.validation), ("test", data.test)):
        whole = feed(Batches(part, classes=CLASSES, batch_size=7))
        by_keras = model.evaluate(whole.data, steps=whole.steps, return_dict=True, verbose=0)
        assert metrics[f"{split}_loss"] == pytest.approx(by_keras["data_loss"], abs=1e-5)
        assert metrics[f"{split}_accuracy"] == pytest.approx(by_keras["accuracy"], abs=1e-6)
    assert len(metrics) == 6


LABELS = np.array([0, 2])
EVEN = np.zeros((2, 3), dtype=np.float32)


def test_crossentropy_of_even_logits_is_the_logarithm_of_the_classes() -> None:
    spec = CategoricalCrossentropy(kind="categorical_crossentropy")
    assert loss(spec, EVEN, LABELS, is_softmax=False) == pytest.approx(np.log(3))
    assert loss(spec, EVEN + np.float32(1 / 3), LABELS, is_softmax=True) == pytest.approx(np.log(3), abs=1e-6)


def test_crossentropy_of_a_probability_of_zero_is_finite() -> None:
    certain = np.array([[0, 1, 0], [0, 0, 1]], dtype=np.float32)
    spec = CategoricalCrossentropy(kind="categorical_crossentropy")
    assert loss(spec, certain, LABELS, is_softmax=True) == pytest.approx(-np.log(1e-7) / 2)


def test_crossentropy_of_huge_logits_is_exact() -> None:
    huge = np.array([[1e4, 0, 0], [1e4, 0, 0]], dtype=np.float32)
    spec = CategoricalCrossentropy(kind="categorical_crossentropy")
    assert loss(spec, huge, LABELS, is_softmax=False) == pytest.approx(5000.0)


def test_mean_squared_error_is_the_mean_over_samples_and_classes() -> None:
    assert loss(MeanSquaredError(kind="mean_squared_error"), EVEN, LABELS, is_softmax=False) == pytest.approx(1 / 3)


def test_metrics_that_are_not_asked_for_are_left_out(data: Prepared) -> None:
    outputs = {
        name: np.zeros((count, 3), dtype=np.float32) for name, count in (("train", 30), ("val", 20), ("test", 10))
    }
    assert sorted(evaluate(outputs, data, trial(metrics=[]).spec)) == ["test_loss", "train_loss", "val_loss"]


def test_accuracy_is_the_share_of_samples_whose_largest_output_is_their_label(data: Prepared) -> None:
    outputs = {
        "train": np.eye(3, dtype=np.float32)[data.train.y],
        "val": np.eye(3, dtype=np.float32)[(data.validation.y + 1) % 3],
        "test": np.tile(np.array([1, 0, 0], dtype=np.float32), (10, 1)),
    }
    metrics = evaluate(outputs, data, trial().spec)
    zeros = float(np.mean(data.test.y == 0))
    assert [metrics[f"{split}_accuracy"] for split in ("train", "val", "test")] == [1.0, 0.0, zeros]
