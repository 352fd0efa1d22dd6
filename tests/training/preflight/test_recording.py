from __future__ import annotations

import numpy as np
import pytest

from ablation.model import build_model
from ablation.training.preflight.recording import record_steps
from tests.training.preflight.looked_at import ONE_NUMBER, small
from tests.training.small import head, kernel

X = np.array([[1.0, 2.0, 0.0, 0.0], [0.0, 1.0, 0.0, 3.0]], dtype=np.float32)
Y = np.array([[1.0], [-1.0]], dtype=np.float32)
MSE = {"kind": "mean_squared_error"}


def test_recorded_gradient_is_that_of_the_formula() -> None:
    of = small(ONE_NUMBER, loss=MSE)
    model = build_model(of.spec.model, input_shape=(4,), seed=0)
    weights = kernel(model).copy()
    error = X @ weights - Y

    (step,) = record_steps(model, head(of, None), [(X, Y)], learning_rate=0.0)

    assert step.loss == pytest.approx(np.mean(error**2), rel=1e-5)
    np.testing.assert_allclose(step.gradients["output/kernel"], X.T @ error, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(step.gradients["output/bias"], np.sum(error, axis=0), rtol=1e-5)
    np.testing.assert_array_equal(kernel(model), weights)


def test_small_gradient_of_a_large_weight_is_not_rounded_away() -> None:
    far = {**ONE_NUMBER, "bias_initializer": {"kind": "constant", "value": -1e6}}
    of = small({**far, "activation": "linear", "kernel_regularizer": None}, loss={"kind": "huber", "delta": 1e-5})
    model = build_model(of.spec.model, input_shape=(4,), seed=0)
    (step,) = record_steps(model, head(of, None), [(X, Y)], learning_rate=0.0)
    assert step.gradients["output/bias"] == pytest.approx([-1e-5])


def test_step_of_descent_moves_weights_against_the_gradient() -> None:
    of = small(ONE_NUMBER, loss=MSE)
    model = build_model(of.spec.model, input_shape=(4,), seed=0)
    weights = kernel(model).copy()
    steps = record_steps(model, head(of, None), [(X, Y), (X, Y)], learning_rate=0.1)
    moved = weights - 0.1 * (steps[0].gradients["output/kernel"] + steps[1].gradients["output/kernel"])
    np.testing.assert_allclose(kernel(model), moved, rtol=1e-5)
    assert steps[1].loss < steps[0].loss


def test_constraint_does_not_act_while_gradients_are_recorded() -> None:
    of = small({**ONE_NUMBER, "kernel_constraint": {"kind": "max_norm", "max_value": 1e-3}}, loss=MSE)
    model = build_model(of.spec.model, input_shape=(4,), seed=0)
    weights = kernel(model).copy()
    record_steps(model, head(of, None), [(X, Y)], learning_rate=0.0)
    np.testing.assert_array_equal(kernel(model), weights)
    assert model.get_layer("output").kernel.constraint is not None


def test_loss_that_is_not_finite_makes_the_step_so() -> None:
    of = small(ONE_NUMBER, loss=MSE)
    model = build_model(of.spec.model, input_shape=(4,), seed=0)
    (step,) = record_steps(model, head(of, None), [(X * 1e30, Y)], learning_rate=0.0)
    assert not step.is_finite


def test_small_gradient_of_float16_is_not_rounded_to_0() -> None:
    hidden = {"kind": "dense", "name": "hidden", "units": 2, "kernel_initializer": {"kind": "ones"}}
    weak = {**ONE_NUMBER, "kernel_initializer": {"kind": "constant", "value": 1e-3}}
    of = small(hidden, weak, loss={"kind": "huber", "delta": 1e-5})
    model = build_model(of.spec.model, input_shape=(4,), seed=0, precision="mixed_float16")
    (step,) = record_steps(model, head(of, None), [(X, Y)], learning_rate=0.0)
    expected = np.repeat(X.T @ [[-0.5e-8], [0.5e-8]], 2, axis=1)
    np.testing.assert_allclose(step.gradients["hidden/kernel"], expected, rtol=0.05)
