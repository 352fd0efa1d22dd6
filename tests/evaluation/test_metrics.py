from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, get_args

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from ablation.data import Array
from ablation.evaluation import Predictions, measure
from ablation.evaluation.metrics import MEASURES
from ablation.spec.training import MetricName

from .heads import drawn, head, predictions

CATEGORICAL, BINARY = "categorical_crossentropy", "binary_crossentropy"
HEADS = {
    "yes_no": head(BINARY, classes=2),
    "yes_no_sigmoid": head(BINARY, "sigmoid", classes=2),
    "two_logits": head(CATEGORICAL, classes=2),
    "logits": head(CATEGORICAL, classes=4),
    "integers": head("sparse_categorical_crossentropy", classes=4),
    "one_a_class": head(BINARY, classes=4),
    "squared": head("mean_squared_error", classes=4),
}
Reference = Callable[[Array, Array, Any], float]


def _average(of: Predictions) -> dict[str, Any]:
    return {"average": "binary"} if of.head.classes == 2 else {"average": "macro"}


def by_sklearn(name: str, of: Predictions) -> float:
    y, said, scores = of.labels, of.predicted, of.scores
    one_hot = np.eye(of.head.classes or 0)[y]
    is_binary = of.head.classes == 2
    held = one_hot[:, 1:] if of.values.shape[1] == 1 else one_hot
    table: dict[str, Callable[[], float]] = {
        "accuracy": lambda: sklearn_metrics.accuracy_score(y, said),
        "precision": lambda: sklearn_metrics.precision_score(y, said, **_average(of)),
        "recall": lambda: sklearn_metrics.recall_score(y, said, **_average(of)),
        "f1": lambda: sklearn_metrics.f1_score(y, said, **_average(of)),
        "auc": lambda: sklearn_metrics.roc_auc_score(*((y, scores[:, 1]) if is_binary else (one_hot, scores))),
        "mse": lambda: sklearn_metrics.mean_squared_error(held, of.values),
        "rmse": lambda: sklearn_metrics.mean_squared_error(held, of.values) ** 0.5,
        "mae": lambda: sklearn_metrics.mean_absolute_error(held, of.values),
        "r2": lambda: sklearn_metrics.r2_score(held, of.values),
    }
    return float(table[name]())


@pytest.mark.parametrize("name", HEADS)
@pytest.mark.parametrize("metric", ["accuracy", "precision", "recall", "f1", "auc", "mse", "rmse", "mae", "r2"])
def test_metric_of_classes_is_that_of_scikit_learn(name: str, metric: str) -> None:
    of_head = HEADS[name]
    outputs, labels = drawn(of_head)
    if of_head.gives_probabilities:
        outputs = 1 / (1 + np.exp(-outputs))
    of = predictions(of_head, outputs, labels)
    assert measure((metric,), of)[metric] == pytest.approx(by_sklearn(metric, of), rel=1e-9)


@pytest.mark.parametrize("metric", ["mse", "mae", "r2"])
def test_metric_of_a_regression_is_that_of_scikit_learn(metric: str) -> None:
    of_head = head("huber", classes=None)
    outputs, numbers = drawn(of_head)
    reference: Any = {
        "mse": sklearn_metrics.mean_squared_error,
        "mae": sklearn_metrics.mean_absolute_error,
        "r2": sklearn_metrics.r2_score,
    }[metric]
    found = measure((metric,), predictions(of_head, outputs, numbers))[metric]
    assert found == pytest.approx(float(reference(numbers, outputs)), rel=1e-4)


@pytest.mark.parametrize("k", [2, 3])
def test_top_k_is_that_of_scikit_learn(k: int) -> None:
    outputs, labels = drawn(HEADS["logits"])
    found = measure((f"top_{k}_accuracy",), predictions(HEADS["logits"], outputs, labels))[f"top_{k}_accuracy"]
    assert found == pytest.approx(sklearn_metrics.top_k_accuracy_score(labels, outputs, k=k))


def test_top_k_of_no_more_than_k_classes_is_one() -> None:
    assert measure(("top_2_accuracy",), predictions(HEADS["yes_no"], [[-3.0], [2.0]], [1, 0])) == {"top_2_accuracy": 1}
    assert measure(("top_5_accuracy",), predictions(HEADS["logits"], [[9, 1, 2, 3.0]], [1])) == {"top_5_accuracy": 1}


def test_ties_count_half_in_the_area_under_the_curve() -> None:
    of = predictions(HEADS["yes_no"], [[0.0], [0.0], [1.0], [-1.0]], [0, 1, 1, 0])
    # Pairs (positive, negative): a tie, a right one; two right ones.
    assert measure(("auc",), of)["auc"] == pytest.approx(3.5 / 4)


def test_precision_of_a_class_that_is_never_predicted_is_zero() -> None:
    of = predictions(HEADS["yes_no"], [[-1.0], [-1.0]], [1, 0])
    assert measure(("precision", "recall", "f1"), of) == {"precision": 0, "recall": 0, "f1": 0}


def test_calibration_error_by_hand() -> None:
    of_head = head(CATEGORICAL, "softmax", classes=2)
    probabilities = [[0.9, 0.1], [0.9, 0.1], [0.39, 0.61], [0.45, 0.55]]
    # Bins of 1/15: 0.9 is twice in (13/15, 14/15], 0.61 in (9/15, 10/15], 0.55 in (8/15, 9/15].
    expected = (2 * abs(0.5 - 0.9) + abs(1 - 0.61) + abs(0 - 0.55)) / 4
    found = measure(("ece",), predictions(of_head, probabilities, [0, 1, 1, 0]))["ece"]
    assert found == pytest.approx(expected, rel=1e-6)


def test_calibration_error_of_a_certain_and_right_model_is_zero() -> None:
    of = predictions(HEADS["yes_no_sigmoid"], [[0.0], [1.0]], [0, 1])
    assert measure(("ece",), of)["ece"] == 0


@pytest.mark.parametrize(
    ("metric", "of"),
    [
        ("auc", predictions(HEADS["yes_no"], [[0.0], [1.0]], [1, 1])),
        ("auc", predictions(HEADS["logits"], np.eye(4), [0, 1, 2, 2])),
        ("r2", predictions(HEADS["logits"], np.eye(4), [0, 1, 2, 2])),
        ("r2", predictions(head("huber", classes=None), [[1.0], [2.0]], np.array([[3.0], [3.0]], dtype=np.float32))),
        ("ece", predictions(HEADS["squared"], np.eye(4), [0, 1, 2, 3])),
    ],
    ids=["one_class", "class_missing", "r2_class_missing", "constant_target", "no_probabilities"],
)
def test_metric_that_is_not_defined_is_not_a_number(metric: str, of: Predictions) -> None:
    assert math.isnan(measure((metric,), of)[metric])


def test_every_metric_of_the_spec_is_measured() -> None:
    assert set(get_args(MetricName)) == set(MEASURES)


def test_metric_of_classes_is_refused_for_a_regression() -> None:
    of = predictions(head("huber", classes=None), [[1.0]], np.array([[3.0]], dtype=np.float32))
    with pytest.raises(ValueError, match=r"training\.metrics: accuracy is measured on classes"):
        measure(("accuracy",), of)
