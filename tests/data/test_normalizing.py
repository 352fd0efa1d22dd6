from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ablation.data import Array
from ablation.data.normalizing import Affine, apply, fit
from ablation.spec import NormalizeStep, Rescale, Standardize

X = np.array([[[0, 4], [16, 8]], [[2, 4], [0, 8]], [[7, 4], [5, 1]]], dtype=np.uint8)
SAMPLES = arrays.arrays(np.float32, (4, 3), elements=st.floats(-100, 100, width=32))


def test_rescale_multiplies_then_adds() -> None:
    fitted = fit([Rescale(kind="rescale", scale=0.5, offset=-1.0)], X)
    assert apply(fitted, X).tolist() == (X * 0.5 - 1).tolist()


def test_standardize_per_feature_is_its_formula() -> None:
    scaled = apply(fit([Standardize(kind="standardize")], X), X)
    deviation = np.maximum(X.std(axis=0), 1e-7)
    assert np.allclose(scaled, (X - X.mean(axis=0)) / deviation, atol=1e-6)
    assert np.allclose(scaled.mean(axis=0), 0, atol=1e-6)


def test_standardize_per_dataset_is_its_formula() -> None:
    scaled = apply(fit([Standardize(kind="standardize", per="dataset")], X), X)
    assert np.allclose(scaled, (X - X.mean()) / X.std(), atol=1e-6)


def test_standardize_of_a_constant_feature_is_zero_and_finite() -> None:
    scaled = apply(fit([Standardize(kind="standardize")], X), X)
    assert scaled[:, 0, 1].tolist() == [0.0, 0.0, 0.0]
    assert np.all(np.isfinite(scaled))


@pytest.mark.parametrize("value", [0.3, 123.456, 255.0, 1e6])
def test_standardize_of_any_constant_feature_is_near_zero(value: float) -> None:
    x = np.full((5, 1), value, dtype=np.float32)
    scaled = apply(fit([Standardize(kind="standardize")], x), x)
    assert np.all(np.abs(scaled) < 1)


def test_steps_are_fitted_on_what_the_steps_before_leave() -> None:
    steps: list[NormalizeStep] = [Rescale(kind="rescale", scale=0.0625), Standardize(kind="standardize", per="dataset")]
    rescaled = X / 16
    assert np.allclose(apply(fit(steps, X), X), (rescaled - rescaled.mean()) / rescaled.std(), atol=1e-6)


def test_samples_without_steps_stay_as_they_are() -> None:
    assert apply(fit([], X), X) is X


def test_normalized_samples_are_float32_of_their_shape() -> None:
    scaled = apply(fit([Standardize(kind="standardize")], X), X[:2])
    assert (scaled.dtype.name, scaled.shape) == ("float32", (2, 2, 2))


def test_fitted_steps_survive_a_journey_as_json() -> None:
    (fitted,) = fit([Standardize(kind="standardize")], X)
    assert Affine.model_validate_json(fitted.model_dump_json()) == fitted


@settings(max_examples=100, derandomize=True, deadline=None, database=None)
@given(train=SAMPLES, other=SAMPLES)
@pytest.mark.parametrize("per", ["feature", "dataset"])
def test_standardized_training_samples_are_centred_and_of_unit_deviation(per: str, train: Array, other: Array) -> None:
    step = Standardize.model_validate({"kind": "standardize", "per": per, "epsilon": 1e-3})
    axis = 0 if per == "feature" else None
    wide = train.astype(np.float64)
    expected = (other - wide.mean(axis=axis)) / np.maximum(wide.std(axis=axis), 1e-3)
    assert np.allclose(apply(fit([step], train), other), expected, rtol=1e-3, atol=0.1)
