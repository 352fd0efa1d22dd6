"""The normaliser inside an exported model says what the one outside said, step by step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from ablation.data import Array, FittedStep, apply_steps
from ablation.data.normalizing import fit
from ablation.spec.normalizers import NormalizeStep
from ablation.training.exporting.steps import Preprocessing

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 5, 7, 3)).astype(np.uint8)
ROWS = np.random.default_rng(0).normal(3, 2, (20, 4)).astype(np.float32)
COUNTS = np.random.default_rng(0).integers(0, 9, (6, 5)).astype(np.int64)
STEPS = TypeAdapter(tuple[NormalizeStep, ...])
RESCALE = {"kind": "rescale", "scale": 1 / 255, "offset": -0.5}
CASES: dict[str, tuple[Array, list[dict[str, Any]]]] = {
    "rescale": (PIXELS, [RESCALE]),
    "standardize_per_feature": (ROWS, [{"kind": "standardize", "per": "feature"}]),
    "standardize_per_channel": (PIXELS, [{"kind": "standardize", "per": "channel"}]),
    "minmax": (ROWS, [{"kind": "minmax"}]),
    "clip_by_values": (ROWS, [{"kind": "clip", "minimum": 0.0}]),
    "clip_by_percentiles": (ROWS, [{"kind": "clip", "lower_percentile": 10.0, "upper_percentile": 90.0}]),
    "tanh": (ROWS, [{"kind": "tanh", "scale": 3.0}]),
    "log1p": (COUNTS, [{"kind": "log1p"}]),
    "pca_whitening": (ROWS, [{"kind": "pca_whitening", "components": 2}]),
    "zca_whitening": (ROWS, [{"kind": "zca_whitening"}]),
    "resize_of_8_bits": (PIXELS, [{"kind": "resize", "height": 9, "width": 4}]),
    "resize_of_numbers": (PIXELS, [RESCALE, {"kind": "resize", "height": 3, "width": 11}]),
    "resize_to_the_same": (PIXELS, [{"kind": "resize", "height": 5, "width": 7}]),
    "grayscale_of_8_bits": (PIXELS, [{"kind": "grayscale"}, RESCALE]),
    "grayscale_of_numbers": (PIXELS, [RESCALE, {"kind": "grayscale"}]),
    "several": (PIXELS, [{"kind": "resize", "height": 9, "width": 4}, {"kind": "grayscale"}, {"kind": "minmax"}]),
}


@pytest.mark.parametrize("name", CASES)
def test_step_inside_the_model_is_the_step_outside(name: str) -> None:
    raw, steps = CASES[name]
    fitted: tuple[FittedStep, ...] = fit(STEPS.validate_python(steps), [raw])
    inside = np.asarray(Preprocessing(fitted, is_8_bit=raw.dtype == np.uint8)(raw))
    outside = apply_steps(fitted, raw)
    assert inside.dtype == np.float32
    assert inside.shape == outside.shape
    assert not np.array_equal(inside, np.zeros_like(inside))
    np.testing.assert_allclose(inside, outside, rtol=1e-5, atol=1e-5)


def test_rarity_of_words_comes_first() -> None:
    weights = np.array([1.0, 0.5, 2.0, 0.0, 3.0], dtype=np.float32)
    fitted = fit(STEPS.validate_python([{"kind": "log1p"}]), [COUNTS])
    inside = np.asarray(Preprocessing(fitted, is_8_bit=False, weights=weights)(COUNTS))
    np.testing.assert_allclose(inside, np.log1p(COUNTS * weights), rtol=1e-6)
