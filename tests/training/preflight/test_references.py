from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from ablation.evaluation import Head
from ablation.spec.layers import ActivationName
from ablation.spec.losses import Loss
from ablation.training.preflight.references import constant_loss, uniform_loss

BALANCED = np.arange(40, dtype=np.int32) % 10
# Three quarters of one class: -(3/4 ln 3/4 + 1/4 ln 1/4).
UNBALANCED = np.array([0, 0, 0, 1], dtype=np.int32)
ENTROPY = 0.5623


def head(kind: str, classes: int | None, activation: ActivationName = "linear", **settings: Any) -> Head:
    loss: Loss = TypeAdapter(Loss).validate_python({"kind": kind, **settings})
    return Head(loss=loss, activation=activation, classes=classes)


@pytest.mark.parametrize("activation", ["linear", "softmax"])
@pytest.mark.parametrize("kind", ["categorical_crossentropy", "sparse_categorical_crossentropy"])
def test_uniform_loss_of_a_crossentropy_is_the_logarithm_of_the_classes(kind: str, activation: ActivationName) -> None:
    assert uniform_loss(head(kind, 10, activation), BALANCED) == pytest.approx(math.log(10))


@pytest.mark.parametrize("activation", ["linear", "sigmoid"])
@pytest.mark.parametrize("classes", [2, 3])
def test_uniform_loss_of_yes_or_no_is_the_logarithm_of_two(classes: int, activation: ActivationName) -> None:
    assert uniform_loss(head("binary_crossentropy", classes, activation), UNBALANCED) == pytest.approx(math.log(2))


def test_uniform_loss_of_a_focal_crossentropy_is_by_its_formula() -> None:
    of = head("categorical_focal_crossentropy", 10, alpha=0.5, gamma=2.0)
    assert uniform_loss(of, BALANCED) == pytest.approx(0.5 * 0.9**2 * math.log(10))


@pytest.mark.parametrize("kind", ["categorical_crossentropy", "sparse_categorical_crossentropy", "binary_crossentropy"])
def test_constant_loss_of_unbalanced_classes_is_their_entropy(kind: str) -> None:
    assert constant_loss(head(kind, 2), UNBALANCED) == pytest.approx(ENTROPY, abs=1e-4)


def test_constant_loss_of_numbers_is_their_variance() -> None:
    numbers = np.array([[0.0], [0.0], [4.0]], dtype=np.float32)
    assert constant_loss(head("mean_squared_error", None), numbers) == pytest.approx(32 / 9)


def test_constant_loss_of_absolute_errors_is_that_of_the_median() -> None:
    numbers = np.array([[0.0], [0.0], [3.0]], dtype=np.float32)
    assert constant_loss(head("mean_absolute_error", None), numbers) == pytest.approx(1.0)


def test_constant_loss_of_labels_as_numbers_is_that_of_their_shares() -> None:
    assert constant_loss(head("mean_squared_error", 2), UNBALANCED) == pytest.approx(0.75 * 0.25)
