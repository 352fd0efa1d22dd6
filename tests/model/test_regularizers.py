from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from pydantic import TypeAdapter

from ablation.data import Array
from ablation.model import build_model
from ablation.model.regularizers import build_regularizer
from ablation.spec import ModelSpec
from ablation.spec.regularizers import Regularizer

WEIGHTS = np.array([[1.0, -2.0], [0.5, 0.0]], dtype=np.float32)


def built(**settings: Any) -> keras.regularizers.Regularizer:
    return build_regularizer(TypeAdapter(Regularizer).validate_python(settings))


FORMULAS: dict[str, tuple[dict[str, Any], Any]] = {
    "l1": ({"kind": "l1", "factor": 0.1}, lambda w: 0.1 * np.sum(np.abs(w))),
    "l2": ({"kind": "l2", "factor": 0.1}, lambda w: 0.1 * np.sum(w**2)),
    "l1_l2": ({"kind": "l1_l2", "l1": 0.1, "l2": 0.3}, lambda w: 0.1 * np.sum(np.abs(w)) + 0.3 * np.sum(w**2)),
    "l1_by_default": ({"kind": "l1"}, lambda w: 0.01 * np.sum(np.abs(w))),
    "l2_by_default": ({"kind": "l2"}, lambda w: 0.01 * np.sum(w**2)),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_penalty_is_its_formula(name: str) -> None:
    settings, formula = FORMULAS[name]
    assert float(built(**settings)(WEIGHTS)) == pytest.approx(formula(WEIGHTS), rel=1e-6)


@pytest.mark.parametrize("settings", [{"kind": "l1", "factor": 0}, {"kind": "l2", "factor": 0}, {"kind": "l1_l2"}])
def test_penalty_of_no_strength_is_none(settings: dict[str, Any]) -> None:
    assert float(built(**settings)(WEIGHTS)) == 0.0


@pytest.mark.parametrize("name", FORMULAS)
def test_penalty_survives_a_journey_as_its_configuration(name: str) -> None:
    penalty = built(**FORMULAS[name][0])
    again = keras.regularizers.deserialize(keras.regularizers.serialize(penalty))
    assert float(again(WEIGHTS)) == float(penalty(WEIGHTS))


def test_no_regularizer_is_no_penalty() -> None:
    assert build_regularizer(None) is None


def penalties(regularizer: dict[str, Any] | None) -> tuple[float, Array]:
    """Return what a model adds to its loss, and its kernel."""
    layer = {"kind": "dense", "name": "output", "units": 2, "kernel_regularizer": regularizer}
    model = build_model(ModelSpec.model_validate({"layers": [layer]}), input_shape=(3,), seed=0)
    return float(sum(float(loss) for loss in model.losses)), np.asarray(model.get_layer("output").kernel)


def test_penalty_of_a_layer_is_added_to_what_the_model_minimises() -> None:
    added, kernel = penalties({"kind": "l2", "factor": 0.5})
    assert added == pytest.approx(0.5 * np.sum(kernel**2), rel=1e-6)
    assert added > 0
    assert penalties(None)[0] == 0.0
