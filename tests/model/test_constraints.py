"""Tests of the projections of weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from ablation.data import Array
from ablation.model import ModelError, build_model
from ablation.model.constraints import build_constraint
from ablation.spec import ModelSpec
from ablation.spec.constraints import Constraint

# Columns of norm 5, 1 and 0.5; rows of norm sqrt(9.09) and more.
WEIGHTS = np.array([[3.0, 0.6, 0.3], [-4.0, 0.8, 0.4]], dtype=np.float32)
COLUMNS = np.linalg.norm(WEIGHTS, axis=0)


def projected(weights: Array = WEIGHTS, **settings: Any) -> Array:
    spec: Constraint = TypeAdapter(Constraint).validate_python(settings)
    return np.asarray(build_constraint(spec)(weights))


PROJECTIONS: dict[str, tuple[dict[str, Any], Array]] = {
    "max_norm": ({"kind": "max_norm", "max_value": 2.0}, WEIGHTS / COLUMNS * np.minimum(COLUMNS, 2.0)),
    "max_norm_axis": (
        {"kind": "max_norm", "max_value": 2.0, "axis": 1},
        WEIGHTS * (2.0 / np.linalg.norm(WEIGHTS, axis=1, keepdims=True)),
    ),
    "min_max_norm": (
        {"kind": "min_max_norm", "min_value": 1.0, "max_value": 2.0},
        WEIGHTS / COLUMNS * np.clip(COLUMNS, 1.0, 2.0),
    ),
    "min_max_norm_half_way": (
        {"kind": "min_max_norm", "min_value": 1.0, "max_value": 2.0, "rate": 0.5},
        WEIGHTS / COLUMNS * (0.5 * np.clip(COLUMNS, 1.0, 2.0) + 0.5 * COLUMNS),
    ),
    "unit_norm": ({"kind": "unit_norm"}, WEIGHTS / COLUMNS),
    "non_neg": ({"kind": "non_neg"}, np.maximum(WEIGHTS, 0.0)),
}


@pytest.mark.parametrize("name", PROJECTIONS)
def test_projection_is_its_formula(name: str) -> None:
    settings, expected = PROJECTIONS[name]
    np.testing.assert_allclose(projected(**settings), expected, rtol=1e-5, atol=1e-6)
    assert not np.allclose(expected, WEIGHTS)


def test_projection_of_a_layer_acts_on_its_weights_in_training() -> None:
    layer = {"kind": "dense", "name": "it", "units": 2, "kernel_constraint": {"kind": "non_neg"}}
    model = build_model(ModelSpec.model_validate({"layers": [layer]}), input_shape=(3,), seed=0)
    assert np.asarray(model.get_layer("it").kernel).min() < 0
    model.compile(optimizer="sgd", loss="mse")
    model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
    assert np.asarray(model.get_layer("it").kernel).min() == 0


def test_axis_that_a_weight_does_not_have_is_refused_when_the_model_is_built() -> None:
    constraint = {"kind": "max_norm", "axis": 1}
    layer = {"kind": "dense", "name": "it", "units": 2, "bias_constraint": constraint}
    with pytest.raises(ModelError, match=r"^model\.layers\.it: .*constraint on bias of shape \(2,\) has axis 1"):
        build_model(ModelSpec.model_validate({"layers": [layer]}), input_shape=(3,), seed=0)
