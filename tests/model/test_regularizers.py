from __future__ import annotations

from typing import Any, get_args

import keras
import numpy as np
import pytest
from pydantic import TypeAdapter

from ablation.data import Array
from ablation.model import ModelError, build_model
from ablation.model.regularizers import build_regularizer
from ablation.spec import ModelSpec
from ablation.spec.regularizers import Regularizer

WEIGHTS = np.array([[1.0, -2.0], [0.5, 0.25], [3.0, 1.0]], dtype=np.float32)


def built(**settings: Any) -> keras.regularizers.Regularizer:
    return build_regularizer(TypeAdapter(Regularizer).validate_python(settings))


def mean_cosine(weights: Array) -> float:
    """Return the mean of the absolute cosines between different rows."""
    rows = weights / np.linalg.norm(weights, axis=1, keepdims=True)
    above = np.triu_indices(len(rows), k=1)
    return float(np.abs((rows @ rows.T)[above]).mean())


FORMULAS: dict[str, tuple[dict[str, Any], Any]] = {
    "l1": ({"kind": "l1", "factor": 0.1}, lambda w: 0.1 * np.sum(np.abs(w))),
    "l2": ({"kind": "l2", "factor": 0.1}, lambda w: 0.1 * np.sum(w**2)),
    "l1_l2": ({"kind": "l1_l2", "l1": 0.1, "l2": 0.3}, lambda w: 0.1 * np.sum(np.abs(w)) + 0.3 * np.sum(w**2)),
    "orthogonal_rows": ({"kind": "orthogonal", "factor": 0.1}, lambda w: 0.1 * mean_cosine(w)),
    "orthogonal_columns": (
        {"kind": "orthogonal", "factor": 0.1, "mode": "columns"},
        lambda w: 0.1 * mean_cosine(w.T),
    ),
    "l1_by_default": ({"kind": "l1"}, lambda w: 0.01 * np.sum(np.abs(w))),
    "l2_by_default": ({"kind": "l2"}, lambda w: 0.01 * np.sum(w**2)),
    "orthogonal_by_default": ({"kind": "orthogonal"}, lambda w: 0.01 * mean_cosine(w)),
}
NO_STRENGTH: dict[str, dict[str, Any]] = {
    "l1": {"kind": "l1", "factor": 0},
    "l2": {"kind": "l2", "factor": 0},
    "l1_l2": {"kind": "l1_l2"},
    "orthogonal": {"kind": "orthogonal", "factor": 0},
}


@pytest.mark.parametrize("name", FORMULAS)
def test_penalty_is_its_formula(name: str) -> None:
    settings, formula = FORMULAS[name]
    assert formula(WEIGHTS) > 0
    assert float(built(**settings)(keras.ops.convert_to_tensor(WEIGHTS))) == pytest.approx(formula(WEIGHTS), rel=1e-5)


@pytest.mark.parametrize("name", FORMULAS)
def test_penalty_survives_a_journey_as_its_configuration(name: str) -> None:
    penalty = built(**FORMULAS[name][0])
    again = keras.regularizers.deserialize(keras.regularizers.serialize(penalty))
    weights = keras.ops.convert_to_tensor(WEIGHTS)
    assert float(again(weights)) == float(penalty(weights))


def trained(regularizer: dict[str, Any] | None, where: str = "kernel_regularizer") -> tuple[float, Array]:
    """Return the loss that one step of training reports, and the kernel after it."""
    layer = {"kind": "dense", "name": "output", "units": 2, "bias_initializer": {"kind": "ones"}, where: regularizer}
    model = build_model(ModelSpec.model_validate({"layers": [layer]}), input_shape=(3,), seed=0)
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
    history = model.fit(WEIGHTS[:, :1] * np.ones((1, 3)), WEIGHTS, verbose=0, batch_size=3)
    return history.history["loss"][0], np.asarray(model.get_layer("output").kernel)


@pytest.mark.parametrize("name", [name for name in FORMULAS if not name.endswith("default")])
def test_penalty_changes_the_loss_and_what_is_learned(name: str) -> None:
    (loss, kernel), (plain_loss, plain_kernel) = trained(FORMULAS[name][0]), trained(None)
    assert loss > plain_loss
    assert not np.allclose(kernel, plain_kernel)


@pytest.mark.slow
@pytest.mark.parametrize("name", NO_STRENGTH)
def test_penalty_of_no_strength_is_the_baseline(name: str) -> None:
    (loss, kernel), (plain_loss, plain_kernel) = trained(NO_STRENGTH[name]), trained(None)
    assert loss == pytest.approx(plain_loss, rel=1e-6)
    np.testing.assert_allclose(kernel, plain_kernel, rtol=1e-5)


@pytest.mark.parametrize("where", ["bias_regularizer", "activity_regularizer"])
def test_penalty_on_bias_or_output_changes_the_loss(where: str) -> None:
    assert trained({"kind": "l1", "factor": 0.5}, where)[0] > trained(None)[0]


def test_penalty_of_a_layer_is_that_of_its_weights() -> None:
    layer = {"kind": "dense", "name": "it", "units": 2, "kernel_regularizer": {"kind": "l2", "factor": 0.5}}
    model = build_model(ModelSpec.model_validate({"layers": [layer]}), input_shape=(3,), seed=0)
    kernel = np.asarray(model.get_layer("it").kernel)
    assert [float(loss) for loss in model.losses] == [pytest.approx(0.5 * np.sum(kernel**2), rel=1e-6)]


REFUSED: dict[str, tuple[dict[str, Any], tuple[int, ...], str]] = {
    "of_an_image": (
        {"kind": "conv2d", "filters": 2, "kernel_size": 3, "kernel_regularizer": {"kind": "orthogonal"}},
        (5, 5, 1),
        r"^model\.layers\.it: .*must have rank 2",
    ),
    "of_one_row": (
        {"kind": "dense", "units": 2, "kernel_regularizer": {"kind": "orthogonal"}},
        (1,),
        r"^model\.layers\.it: .*penalty on kernel of shape \(1, 2\) is not a number",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_orthogonal_penalty_that_cannot_be_worked_out_is_refused_when_the_model_is_built(name: str) -> None:
    layer, shape, message = REFUSED[name]
    with pytest.raises(ModelError, match=message):
        build_model(ModelSpec.model_validate({"layers": [{"name": "it", **layer}]}), input_shape=shape, seed=0)


def test_every_kind_of_the_language_is_tested() -> None:
    models = get_args(get_args(Regularizer)[0])
    kinds = {kind for model in models for kind in get_args(model.model_fields["kind"].annotation)}
    assert kinds == {settings["kind"] for settings, _ in FORMULAS.values()} == set(NO_STRENGTH)
