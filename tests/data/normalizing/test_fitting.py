from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pydantic import TypeAdapter

from ablation.data import Array, DataError
from ablation.data.normalizing import apply, fit, load_normalizer, save_normalizer
from ablation.spec.normalizers import NormalizeStep

X = np.array([[[0, 4], [16, 8]], [[2, 4], [0, 8]], [[7, 4], [5, 1]]], dtype=np.uint8)
WIDE = X.astype(np.float64)
COLOURS = np.random.default_rng(0).integers(0, 256, (5, 4, 6, 3), dtype=np.uint8)
SAMPLES = arrays.arrays(np.float32, (4, 3), elements=st.floats(-100, 100, width=32))
READ: TypeAdapter[tuple[NormalizeStep, ...]] = TypeAdapter(tuple[NormalizeStep, ...])


def steps(*written: dict[str, Any]) -> tuple[NormalizeStep, ...]:
    return READ.validate_python(written)


def normalized(x: Array, *written: dict[str, Any]) -> Array:
    return apply(fit(steps(*written), [x[:2], x[2:]]), x)


def deviation(x: Array, axis: int | tuple[int, ...] | None) -> Array:
    return np.asarray(np.maximum(x.std(axis=axis), 1e-7))


FORMULAS: dict[str, tuple[dict[str, Any], Array]] = {
    "rescale": ({"kind": "rescale", "scale": 0.5, "offset": -1.0}, WIDE * 0.5 - 1),
    "standardize_feature": ({"kind": "standardize"}, (WIDE - WIDE.mean(axis=0)) / deviation(WIDE, 0)),
    "standardize_dataset": ({"kind": "standardize", "per": "dataset"}, (WIDE - WIDE.mean()) / WIDE.std()),
    # Images without a channel axis have one channel.
    "standardize_channel": ({"kind": "standardize", "per": "channel"}, (WIDE - WIDE.mean()) / WIDE.std()),
    "minmax_feature": (
        {"kind": "minmax"},
        (WIDE - WIDE.min(axis=0)) / np.maximum(WIDE.max(axis=0) - WIDE.min(axis=0), 1e-9),
    ),
    "minmax_dataset": ({"kind": "minmax", "per": "dataset"}, WIDE / 16),
    "clip_values": ({"kind": "clip", "minimum": 1.0, "maximum": 7.5}, np.clip(WIDE, 1, 7.5)),
    "clip_from_below": ({"kind": "clip", "minimum": 1.0}, np.maximum(WIDE, 1)),
    "clip_percentiles": (
        {"kind": "clip", "lower_percentile": 10.0, "upper_percentile": 90.0},
        np.clip(WIDE, *np.percentile(WIDE, [10, 90])),
    ),
    "clip_percentile_from_above": (
        {"kind": "clip", "upper_percentile": 75.0},
        np.minimum(WIDE, np.percentile(WIDE, 75)),
    ),
    "tanh": ({"kind": "tanh", "scale": 3.0}, np.tanh(WIDE / 3)),
    "log1p": ({"kind": "log1p"}, np.log(1 + WIDE)),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_step_is_its_formula(name: str) -> None:
    step, expected = FORMULAS[name]
    got = normalized(X, step)
    assert got.dtype.name == "float32"
    assert np.allclose(got, expected, atol=1e-6)


def test_channels_of_colour_images_are_standardized_one_by_one() -> None:
    got = normalized(COLOURS, {"kind": "standardize", "per": "channel"})
    wide = COLOURS.astype(np.float64)
    assert np.allclose(got, (wide - wide.mean(axis=(0, 1, 2))) / wide.std(axis=(0, 1, 2)), atol=1e-5)


@pytest.mark.parametrize("kind", ["standardize", "minmax"])
def test_constant_feature_becomes_zero(kind: str) -> None:
    assert normalized(X, {"kind": kind})[:, 0, 1].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("value", [0.3, 123.456, 255.0, 1e6])
def test_standardize_of_any_constant_feature_is_near_zero(value: float) -> None:
    assert np.all(np.abs(normalized(np.full((5, 1), value, dtype=np.float32), {"kind": "standardize"})) < 1)


def test_steps_are_fitted_on_what_the_steps_before_leave() -> None:
    squashed = np.tanh(WIDE / 5)
    got = normalized(X, {"kind": "tanh", "scale": 5.0}, {"kind": "standardize", "per": "dataset"})
    assert np.allclose(got, (squashed - squashed.mean()) / squashed.std(), atol=1e-5)


def test_image_steps_come_in_the_order_they_are_written_in() -> None:
    small = {"kind": "resize", "height": 2, "width": 2}
    first = normalized(COLOURS, small, {"kind": "standardize", "per": "dataset"})
    last = normalized(COLOURS, {"kind": "standardize", "per": "dataset"}, small)
    assert first.shape == last.shape == (5, 2, 2, 3)
    assert abs(first.std() - 1) < 1e-5 < 0.1 < abs(last.std() - 1)
    assert normalized(COLOURS, {"kind": "grayscale"}, small).shape == (5, 2, 2, 1)


def test_samples_without_steps_stay_as_they_are() -> None:
    assert apply(fit((), [X]), X) is X


def test_images_of_different_sizes_are_resized_to_one() -> None:
    images = [np.full((2, 3, 3), 7, dtype=np.uint8), np.full((5, 1, 3), 9, dtype=np.uint8)]
    got = apply(fit(steps({"kind": "resize", "height": 4, "width": 2}), [images]), images)
    assert (got.shape, got.dtype.name) == ((2, 4, 2, 3), "uint8")
    assert got[:, 0, 0, 0].tolist() == [7, 9]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ([], "data.normalize: the images are of different sizes. Make the first step a `resize`."),
        (
            [{"kind": "rescale", "scale": 2.0}, {"kind": "resize", "height": 2, "width": 2}],
            "data.normalize.0: rescale of images of different sizes. Make the first step a `resize`.",
        ),
    ],
)
def test_images_of_different_sizes_without_a_resize_first_are_refused(
    written: list[dict[str, Any]], message: str
) -> None:
    images = [np.zeros((2, 3, 3), dtype=np.uint8), np.zeros((5, 1, 3), dtype=np.uint8)]
    with pytest.raises(DataError) as raised:
        apply(fit(steps(*written), [images]), images)
    assert str(raised.value) == message


def test_log1p_of_negative_values_is_refused() -> None:
    with pytest.raises(DataError, match=r"log1p takes values from 0 on; the samples have -0\.5"):
        normalized(np.array([[1.0], [-0.5], [2.0]]), {"kind": "log1p"})


EVERY_KIND: tuple[dict[str, Any], ...] = (
    {"kind": "resize", "height": 2, "width": 3},
    {"kind": "grayscale"},
    {"kind": "log1p"},
    {"kind": "clip", "lower_percentile": 1.0},
    {"kind": "minmax", "per": "channel"},
    {"kind": "rescale", "scale": 2},
    {"kind": "tanh"},
    {"kind": "standardize"},
    {"kind": "zca_whitening"},
    {"kind": "pca_whitening", "components": 4},
)


def test_fitted_steps_of_every_kind_survive_the_disk(tmp_path: Path) -> None:
    fitted = fit(steps(*EVERY_KIND), [COLOURS])
    save_normalizer(tmp_path, fitted)
    read = load_normalizer(tmp_path)
    assert [one.step for one in read] == [one.step for one in fitted]
    assert [sorted(one.values) for one in read] == [
        [],
        [],
        [],
        ["maximum", "minimum"],
        ["minimum", "range"],
        [],
        [],
        ["deviation", "mean"],
        ["matrix", "mean"],
        ["matrix", "mean"],
    ]
    assert np.array_equal(apply(read, COLOURS), apply(fitted, COLOURS))
    assert apply(read, COLOURS).shape == (5, 4)


@settings(max_examples=100, derandomize=True, deadline=None, database=None)
@given(train=SAMPLES, other=SAMPLES)
@pytest.mark.parametrize("per", ["feature", "dataset"])
def test_standardized_samples_are_centred_by_training_samples_alone(per: str, train: Array, other: Array) -> None:
    fitted = fit(steps({"kind": "standardize", "per": per, "epsilon": 1e-3}), [train])
    axis = 0 if per == "feature" else None
    wide = train.astype(np.float64)
    deviation = wide.std(axis=axis)
    expected = (other - wide.mean(axis=axis)) / np.where(deviation > 1e-3, deviation, 1.0)
    assert np.allclose(apply(fitted, other), expected, rtol=1e-3, atol=0.1)


def test_feature_that_is_constant_in_training_is_only_centred() -> None:
    fitted = fit(steps({"kind": "standardize"}), [np.array([[5.0, 1.0], [5.0, 3.0]], dtype=np.float32)])
    assert apply(fitted, np.array([[7.0, 2.0]], dtype=np.float32)).tolist() == [[2.0, 0.0]]
