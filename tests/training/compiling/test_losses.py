from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest
from pydantic import TypeAdapter
from scipy.special import expit, softmax

from ablation.evaluation import Head
from ablation.spec.losses import Loss
from ablation.training.compiling.losses import CLASSES, build_loss

LOGITS = np.array([[2.0, -1.0, 0.5], [0.0, 0.0, 3.0]], dtype=np.float32)
LABELS = np.array([0, 1], dtype=np.int32)
TARGETS = np.eye(3)[LABELS]
SMOOTH = TARGETS * 0.7 + 0.3 / 3
SMOOTH_BINARY = TARGETS * 0.7 + 0.3 / 2
P = softmax(LOGITS.astype(float), axis=1)
Q = expit(LOGITS.astype(float))
Q_OF_TARGET = SMOOTH_BINARY * Q + (1 - SMOOTH_BINARY) * (1 - Q)
BINARY = -SMOOTH_BINARY * np.log(Q) - (1 - SMOOTH_BINARY) * np.log(1 - Q)
APART = LOGITS - TARGETS

CASES: dict[str, tuple[dict[str, Any], Any]] = {
    "categorical_crossentropy": ({"label_smoothing": 0.3}, -np.sum(SMOOTH * np.log(P), axis=1)),
    "sparse_categorical_crossentropy": ({}, -np.sum(TARGETS * np.log(P), axis=1)),
    "binary_crossentropy": ({"label_smoothing": 0.3}, BINARY),
    "categorical_focal_crossentropy": (
        {"alpha": 0.5, "gamma": 3.0, "label_smoothing": 0.3},
        np.sum(-SMOOTH * np.log(P) * 0.5 * (1 - P) ** 3, axis=1),
    ),
    "binary_focal_crossentropy": (
        {"apply_class_balancing": True, "alpha": 0.3, "gamma": 3.0, "label_smoothing": 0.3},
        (SMOOTH_BINARY * 0.3 + (1 - SMOOTH_BINARY) * 0.7) * (1 - Q_OF_TARGET) ** 3 * BINARY,
    ),
    "mean_squared_error": ({}, APART**2),
    "mean_absolute_error": ({}, np.abs(APART)),
    "huber": (
        {"delta": 0.75},
        np.where(np.abs(APART) <= 0.75, APART**2 / 2, 0.75 * np.abs(APART) - 0.75**2 / 2),
    ),
    "log_cosh": ({}, np.log(np.cosh(APART))),
}


def head(kind: str, activation: Any = "linear", **settings: Any) -> Head:
    loss = TypeAdapter[Loss](Loss).validate_python({"kind": kind, **settings})
    return Head(loss=loss, activation=activation, classes=3)


def test_every_loss_of_the_spec_has_a_class_and_a_case() -> None:
    models = {model.model_fields["kind"].annotation.__args__[0]: model for model in get_args(get_args(Loss)[0])}
    assert models.keys() == CLASSES.keys() == CASES.keys()
    for kind, model in models.items():
        assert set(model.model_fields) == {"kind", *CASES[kind][0]}


@pytest.mark.parametrize("kind", CASES)
def test_loss_is_its_formula(kind: str) -> None:
    settings, expected = CASES[kind]
    of = head(kind, **settings)
    loss = float(build_loss(of)(of.encoder()(LABELS), LOGITS))
    assert loss == pytest.approx(float(np.mean(expected)), rel=1e-5)


@pytest.mark.parametrize(
    ("kind", "activation", "outputs"),
    [
        *((kind, "softmax", P) for kind in CASES if "categorical" in kind),
        *((kind, "sigmoid", Q) for kind in CASES if "binary" in kind),
    ],
)
def test_loss_of_probabilities_is_that_of_their_logits(kind: str, activation: str, outputs: Any) -> None:
    settings, expected = CASES[kind]
    of = head(kind, activation, **settings)
    loss = float(build_loss(of)(of.encoder()(LABELS), outputs.astype(np.float32)))
    assert loss == pytest.approx(float(np.mean(expected)), rel=1e-5)
