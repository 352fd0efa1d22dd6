from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ablation.data import Array, Prepared, Split
from ablation.evaluation import Head, evaluate
from ablation.training.feeding.batches import Batches
from ablation.training.feeding.feeding import feed
from ablation.training.fitting import fit, predict
from ablation.training.folder import Folder
from tests.conftest import rarely
from tests.training.small import CLASSES, DENSE, built, head, prepared, trial

PENALTY = {"kind": "l2", "factor": 0.1}
SOFTMAX = {**DENSE, "activation": "softmax"}
YES = {**DENSE, "units": 1}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = {
    "logits": (DENSE, {"kind": "categorical_crossentropy"}, ("accuracy", "top_2_accuracy")),
    "smoothed": (DENSE, {"kind": "categorical_crossentropy", "label_smoothing": 0.2}, ("accuracy",)),
    "softmax": (SOFTMAX, {"kind": "categorical_crossentropy", "label_smoothing": 0.2}, ("accuracy", "mse", "rmse")),
    "integers": (DENSE, {"kind": "sparse_categorical_crossentropy"}, ("accuracy", "top_2_accuracy")),
    "focal": (DENSE, {"kind": "categorical_focal_crossentropy"}, ("accuracy",)),
    "one_a_class": (DENSE, {"kind": "binary_crossentropy"}, ("accuracy", "top_3_accuracy")),
    "squared": (DENSE, {"kind": "mean_squared_error"}, ("accuracy", "mse", "rmse", "mae")),
    "penalized": ({**DENSE, "kernel_regularizer": PENALTY}, {"kind": "categorical_crossentropy"}, ("accuracy",)),
    "yes_no": (YES, {"kind": "binary_crossentropy"}, ("accuracy",)),
    "yes_no_focal": ({**YES, "activation": "sigmoid"}, {"kind": "binary_focal_crossentropy"}, ("accuracy", "mae")),
    "numbers": ({**DENSE, "units": 2}, {"kind": "huber"}, ("mse", "rmse", "mae")),
}


def _with_labels(data: Prepared, label: Callable[[Split], Array]) -> Prepared:
    train, validation, test = (Split(each.x, label(each)) for each in (data.train, data.validation, data.test))
    return Prepared(train, validation, test, ())


def data_for(name: str) -> tuple[Prepared, int | None]:
    """Return the small data with as many classes as the case has; None: numbers."""
    data = prepared()
    if name.startswith("yes_no"):
        return _with_labels(data, lambda split: split.y % 2), 2
    if name == "numbers":
        return _with_labels(data, lambda split: split.read(slice(None))[:, :2] * 3), None
    return data, CLASSES


@pytest.mark.parametrize("name", rarely(CASES, but=["smoothed", "integers", "penalized", "yes_no", "numbers"]))
def test_metrics_are_those_of_keras_without_penalties(tmp_path: Path, name: str) -> None:
    layer, loss, names = CASES[name]
    data, classes = data_for(name)
    of = trial([layer], loss=loss, metrics=list(names), epochs=1)
    model, of_head = built(of), head(of, classes)
    last = fit(model, of, data, of_head, Folder(tmp_path)).log.history[-1]
    metrics = evaluate(predict(model, data), data, of_head, names)
    for split, part in (("train", data.train), ("val", data.validation), ("test", data.test)):
        whole = feed(Batches(part, of_head.encoder(), batch_size=7))
        by_keras = model.evaluate(whole.data, steps=whole.steps, return_dict=True, verbose=0)
        assert metrics[f"{split}_loss"] == pytest.approx(by_keras["data_loss"], abs=1e-5)
        for metric in names:
            assert metrics[f"{split}_{metric}"] == pytest.approx(by_keras[metric], abs=1e-5)
    assert len(metrics) == 3 * (1 + len(names))
    for metric in ("loss", *names):
        assert last[f"val_{metric}"] == pytest.approx(metrics[f"val_{metric}"], abs=1e-5)


WHOLE = ("auc", "precision", "recall", "f1", "ece", "r2", "mae")


def test_metrics_of_all_outputs_are_in_the_history_of_the_validation_split(tmp_path: Path) -> None:
    data, of = prepared(), trial(metrics=list(WHOLE), epochs=2)
    model = built(of)
    history = fit(model, of, data, head(of), Folder(tmp_path)).log.history
    metrics = evaluate(predict(model, data), data, head(of), WHOLE)
    assert [sum(name in row for row in history) for name in WHOLE] == [0] * len(WHOLE)
    for name in WHOLE:
        assert history[-1][f"val_{name}"] == pytest.approx(metrics[f"val_{name}"], rel=1e-9)
    assert list(history[0])[-1] == "learning_rate"


def outputs(**of: Array) -> dict[str, Array]:
    return {name: np.asarray(value, dtype=np.float32) for name, value in of.items()}


def test_metrics_that_are_not_asked_for_are_left_out() -> None:
    zeros = outputs(train=np.zeros((30, 3)), val=np.zeros((20, 3)), test=np.zeros((10, 3)))
    assert sorted(evaluate(zeros, prepared(), head(trial()), ())) == ["test_loss", "train_loss", "val_loss"]


def test_metric_that_is_not_defined_for_a_split_is_left_out_and_the_rest_is_json() -> None:
    data = prepared()
    one_class = Prepared(data.train, data.validation, Split(data.test.x, np.zeros(10, dtype=np.int32)), ())
    zeros = outputs(train=np.zeros((30, 3)), val=np.zeros((20, 3)), test=np.zeros((10, 3)))
    metrics = evaluate(zeros, one_class, head(trial()), ("auc",))
    assert sorted(metrics) == ["test_loss", "train_auc", "train_loss", "val_auc", "val_loss"]
    assert json.loads(json.dumps(metrics, allow_nan=False)) == metrics


def test_outputs_that_are_not_finite_leave_their_metrics_out() -> None:
    broken = outputs(train=np.zeros((30, 3)), val=np.full((20, 3), np.inf), test=np.full((10, 3), np.nan))
    of: Head = head(trial(loss={"kind": "mean_squared_error"}))
    assert sorted(evaluate(broken, prepared(), of, ("mse",))) == ["train_loss", "train_mse"]


def test_accuracy_is_the_share_of_samples_whose_largest_output_is_their_label() -> None:
    data = prepared()
    said = outputs(
        train=np.eye(3)[data.train.y], val=np.eye(3)[(data.validation.y + 1) % 3], test=np.tile([1, 0, 0], (10, 1))
    )
    metrics = evaluate(said, data, head(trial()), ("accuracy",))
    zeros = float(np.mean(data.test.y == 0))
    assert [metrics[f"{split}_accuracy"] for split in ("train", "val", "test")] == [1.0, 0.0, zeros]


FAR = {"kernel_initializer": {"kind": "random_uniform", "minval": -60.0, "maxval": 60.0}}
SATURATED = {
    "softmax": (SOFTMAX | FAR, {"kind": "categorical_crossentropy"}),
    "softmax_sparse": (SOFTMAX | FAR, {"kind": "sparse_categorical_crossentropy"}),
    "yes_no": ({**YES, **FAR, "activation": "sigmoid"}, {"kind": "binary_crossentropy"}),
}


@pytest.mark.parametrize("name", SATURATED)
def test_loss_of_probabilities_of_0_is_the_same_in_history_and_evaluation(tmp_path: Path, name: str) -> None:
    layer, loss = SATURATED[name]
    data, classes = data_for(name)
    of = trial([layer], loss=loss, metrics=["accuracy"], epochs=1)
    model, of_head = built(of), head(of, classes)
    last = fit(model, of, data, of_head, Folder(tmp_path)).log.history[-1]
    metrics = evaluate(predict(model, data), data, of_head, ["accuracy"])
    assert metrics["val_loss"] > 2.0
    # Training clips at 1 - 1e-7 in float32, which is 1 - 1.2e-7: a hundredth of the loss of a wrong yes.
    assert last["val_loss"] == pytest.approx(metrics["val_loss"], rel=0.02)
