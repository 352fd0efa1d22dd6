from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from pydantic import TypeAdapter
from scipy.special import softmax

from ablation.spec import TrainingSpec
from ablation.spec.losses import Loss
from ablation.spec.optimizers import Optimizer
from ablation.training.compiling import build_loss, build_optimizer, compile_model

from .small import DENSE, model_spec, trial

LOGITS = np.array([[2.0, -1.0, 0.5], [0.0, 0.0, 3.0]], dtype=np.float32)
TARGETS = np.array([[1, 0, 0], [0, 1, 0]], dtype=np.float32)

OPTIMIZERS: dict[str, tuple[dict[str, Any], type[Any], dict[str, Any]]] = {
    "sgd": (
        {"learning_rate": 0.25, "momentum": 0.5, "nesterov": True},
        keras.optimizers.SGD,
        {"learning_rate": 0.25, "momentum": 0.5, "nesterov": True},
    ),
    "rmsprop": (
        {"learning_rate": 0.25, "rho": 0.5, "momentum": 0.75, "epsilon": 0.125},
        keras.optimizers.RMSprop,
        {"learning_rate": 0.25, "rho": 0.5, "momentum": 0.75, "epsilon": 0.125},
    ),
    "adam": (
        {"learning_rate": 0.25, "beta_1": 0.5, "beta_2": 0.75, "epsilon": 0.125},
        keras.optimizers.Adam,
        {"learning_rate": 0.25, "beta_1": 0.5, "beta_2": 0.75, "epsilon": 0.125},
    ),
}


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_optimizer_has_the_settings_of_its_spec(kind: str) -> None:
    settings, keras_class, expected = OPTIMIZERS[kind]
    built = build_optimizer(TypeAdapter(Optimizer).validate_python({"kind": kind, **settings}))
    config = built.get_config()
    assert type(built) is keras_class
    assert {name: config[name] for name in expected} == expected


def loss(takes_logits: bool, **settings: Any) -> keras.losses.Loss:
    return build_loss(TypeAdapter(Loss).validate_python(settings), takes_logits=takes_logits)


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_crossentropy_is_its_formula_for_logits_and_for_probabilities(smoothing: float) -> None:
    smooth = TARGETS * (1 - smoothing) + smoothing / 3
    expected = float(np.mean(-np.sum(smooth * np.log(softmax(LOGITS, axis=1)), axis=1)))
    settings = {"kind": "categorical_crossentropy", "label_smoothing": smoothing}
    of_logits = float(loss(True, **settings)(TARGETS, LOGITS))
    of_probabilities = float(loss(False, **settings)(TARGETS, softmax(LOGITS, axis=1)))
    assert of_logits == pytest.approx(expected, rel=1e-5)
    assert of_probabilities == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("takes_logits", [True, False])
def test_mean_squared_error_is_its_formula(takes_logits: bool) -> None:
    expected = float(np.mean((LOGITS - TARGETS) ** 2))
    assert float(loss(takes_logits, kind="mean_squared_error")(TARGETS, LOGITS)) == pytest.approx(expected, rel=1e-6)


def compiled_loss(*layers: dict[str, Any]) -> keras.losses.Loss:
    spec = model_spec(*layers)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    compile_model(model, TrainingSpec(epochs=1), spec)
    return model.loss


@pytest.mark.parametrize(
    ("layers", "takes_logits"),
    [
        ([DENSE], True),
        ([{**DENSE, "activation": "softmax"}], False),
        ([DENSE, {"kind": "activation", "name": "soft", "activation": "softmax"}], False),
        ([{**DENSE, "activation": "softmax"}, {**DENSE, "name": "last"}], True),
    ],
    ids=["linear", "softmax", "softmax_layer", "softmax_inside"],
)
def test_loss_knows_whether_the_model_ends_in_a_softmax(layers: list[dict[str, Any]], takes_logits: bool) -> None:
    assert compiled_loss(*layers).get_config()["from_logits"] is takes_logits


def test_model_is_compiled_with_the_optimizer_of_the_trial() -> None:
    spec = trial(optimizer={"kind": "rmsprop", "learning_rate": 0.5}).spec
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    compile_model(model, spec.training, spec.model)
    assert isinstance(model.optimizer, keras.optimizers.RMSprop)
    assert float(model.optimizer.learning_rate) == 0.5
