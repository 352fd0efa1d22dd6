from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from .heads import head, predictions

BINARY = "binary_crossentropy"


@pytest.mark.parametrize(
    ("kind", "classes", "form", "targets"),
    [
        ("categorical_crossentropy", 3, "one_hot", [[1, 0, 0], [0, 0, 1]]),
        ("categorical_focal_crossentropy", 3, "one_hot", [[1, 0, 0], [0, 0, 1]]),
        ("mean_squared_error", 3, "one_hot", [[1, 0, 0], [0, 0, 1]]),
        ("huber", 3, "one_hot", [[1, 0, 0], [0, 0, 1]]),
        ("sparse_categorical_crossentropy", 3, "integers", [0, 2]),
        (BINARY, 3, "one_hot", [[1, 0, 0], [0, 0, 1]]),
    ],
)
def test_targets_have_the_form_that_the_loss_takes(kind: str, classes: int, form: str, targets: Any) -> None:
    of = head(kind, classes=classes)
    encoded = of.encoder()(np.array([0, 2], dtype=np.int32))
    assert of.target_form == form
    assert encoded.tolist() == targets
    assert encoded.dtype.name == ("int32" if form == "integers" else "float32")


@pytest.mark.parametrize("kind", [BINARY, "binary_focal_crossentropy"])
def test_targets_of_two_classes_are_one_column_of_yes_and_no(kind: str) -> None:
    of = head(kind, classes=2)
    encoded = of.encoder()(np.array([0, 1, 1], dtype=np.int32))
    assert (encoded.tolist(), encoded.dtype.name) == ([[0.0], [1.0], [1.0]], "float32")


def test_targets_of_a_regression_are_the_numbers_themselves() -> None:
    of = head("mean_absolute_error", classes=None)
    numbers = np.array([[1.5, -2.0]], dtype=np.float32)
    assert of.target_form == "numbers"
    assert of.encoder()(numbers) is numbers


@pytest.mark.parametrize(
    ("kind", "activation", "outputs", "values"),
    [
        ("categorical_crossentropy", "linear", [0.0, np.log(3.0)], [0.25, 0.75]),
        ("sparse_categorical_crossentropy", "softmax", [0.25, 0.75], [0.25, 0.75]),
        ("mean_squared_error", "linear", [0.0, 7.0], [0.0, 7.0]),
    ],
)
def test_values_are_probabilities_where_the_loss_is_of_probabilities(
    kind: str, activation: str, outputs: list[float], values: list[float]
) -> None:
    of = predictions(head(kind, activation, classes=2), [outputs], [0])
    assert of.values[0].tolist() == pytest.approx(values)


@pytest.mark.parametrize(("activation", "outputs"), [("linear", [-1.0, 0.0, 1e-30]), ("sigmoid", [0.1, 0.5, 0.6])])
def test_class_one_is_predicted_above_even_odds(activation: str, outputs: list[float]) -> None:
    of = predictions(head(BINARY, activation, classes=2), [[each] for each in outputs], [0, 0, 0])
    assert of.predicted.tolist() == [0, 0, 1]


def test_scores_of_a_yes_are_those_of_no_and_of_yes() -> None:
    of = predictions(head(BINARY, "sigmoid", classes=2), [[0.25]], [0])
    assert of.scores.tolist() == [[0.75, 0.25]]
