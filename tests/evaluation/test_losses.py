from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ablation.evaluation import measure
from ablation.training.compiling.losses import build_loss

from .heads import drawn, head, predictions

SMOOTHED = {"label_smoothing": 0.2}
OF_CLASSES: list[tuple[str, dict[str, Any]]] = [
    ("categorical_crossentropy", {}),
    ("categorical_crossentropy", SMOOTHED),
    ("sparse_categorical_crossentropy", {}),
    ("categorical_focal_crossentropy", {"gamma": 1.5, "alpha": 0.5, **SMOOTHED}),
    ("binary_crossentropy", SMOOTHED),
    ("binary_focal_crossentropy", {"apply_class_balancing": True, "alpha": 0.3, "gamma": 1.5, **SMOOTHED}),
]
OF_NUMBERS: list[tuple[str, dict[str, Any]]] = [
    ("mean_squared_error", {}),
    ("mean_absolute_error", {}),
    ("huber", {"delta": 0.75}),
    ("log_cosh", {}),
]


@pytest.mark.parametrize(("kind", "settings"), OF_CLASSES + OF_NUMBERS)
@pytest.mark.parametrize("activation", ["linear", "softmax", "sigmoid"])
@pytest.mark.parametrize("classes", [2, 3])
def test_loss_of_classes_is_that_of_keras(kind: str, settings: dict[str, Any], activation: str, classes: int) -> None:
    of = head(kind, activation, classes, **settings)
    outputs, labels = drawn(of)
    if activation != "linear":
        outputs = (1 / (1 + np.exp(-outputs))).astype(np.float32)
    found = measure(("loss",), predictions(of, outputs, labels))["loss"]
    assert found == pytest.approx(float(build_loss(of)(of.encoder()(labels), outputs)), rel=2e-5)


@pytest.mark.parametrize(("kind", "settings"), OF_NUMBERS)
def test_loss_of_a_regression_is_that_of_keras(kind: str, settings: dict[str, Any]) -> None:
    of = head(kind, classes=None, **settings)
    outputs, numbers = drawn(of)
    found = measure(("loss",), predictions(of, outputs, numbers))["loss"]
    assert found == pytest.approx(float(build_loss(of)(numbers, outputs)), rel=1e-5)


def loss(of: Any, outputs: Any, labels: Any) -> float:
    return measure(("loss",), predictions(of, outputs, labels))["loss"]


CATEGORICAL = "categorical_crossentropy"


def test_crossentropy_of_even_logits_is_the_logarithm_of_the_classes() -> None:
    assert loss(head(CATEGORICAL), [[0, 0, 0]], [2]) == pytest.approx(np.log(3))
    assert loss(head(CATEGORICAL, "softmax"), [[1 / 3] * 3], [2]) == pytest.approx(np.log(3), abs=1e-6)


def test_crossentropy_of_a_probability_of_zero_is_finite() -> None:
    assert loss(head(CATEGORICAL, "softmax"), [[0, 1, 0], [0, 0, 1]], [0, 2]) == pytest.approx(-np.log(1e-7) / 2)


@pytest.mark.parametrize(
    ("kind", "classes", "outputs", "expected"),
    [(CATEGORICAL, 3, [[1e4, 0, 0], [1e4, 0, 0]], 5000.0), ("binary_crossentropy", 2, [[-1e4], [1e4]], 10000.0)],
)
def test_crossentropy_of_huge_logits_is_exact(kind: str, classes: int, outputs: Any, expected: float) -> None:
    labels = [0, 2] if classes == 3 else [1, 0]
    assert loss(head(kind, classes=classes), outputs, labels) == pytest.approx(expected)


def test_mean_squared_error_is_the_mean_over_samples_and_classes() -> None:
    assert loss(head("mean_squared_error"), [[0, 0, 0], [0, 0, 0]], [0, 2]) == pytest.approx(1 / 3)


def test_log_cosh_of_a_huge_difference_is_finite() -> None:
    of = head("log_cosh", classes=None)
    assert loss(of, [[2000.0]], np.array([[0.0]], dtype=np.float32)) == pytest.approx(2000 - np.log(2))
