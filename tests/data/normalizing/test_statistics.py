from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ablation.data import Array
from ablation.data.normalizing.statistics import axes, extent, moments, percentiles
from ablation.spec.normalizers import Per

PROFILE = settings(max_examples=60, derandomize=True, deadline=None, database=None)
VALUES = arrays.arrays(np.float32, (7, 3), elements=st.floats(-1e6, 1e6, width=32))
PERS = pytest.mark.parametrize(
    ("per", "rank", "expected"),
    [
        ("feature", 2, (0,)),
        ("feature", 4, (0,)),
        ("channel", 2, (0,)),
        ("channel", 3, (0, 1, 2)),
        ("channel", 4, (0, 1, 2)),
        ("dataset", 2, (0, 1)),
        ("dataset", 4, (0, 1, 2, 3)),
    ],
)


@PERS
def test_statistic_is_taken_over_all_but_what_it_is_per(per: Per, rank: int, expected: tuple[int, ...]) -> None:
    assert axes(per, rank) == expected


@PROFILE
@given(x=VALUES)
@pytest.mark.parametrize("per", ["feature", "channel", "dataset"])
def test_moments_and_extent_of_batches_are_those_of_all(per: Per, x: Array) -> None:
    batches = [x[:3], x[3:4], x[4:]]
    over = axes(per, x.ndim)
    wide = x.astype(np.float64)
    mean, variance = moments(batches, per)
    assert np.allclose(mean, wide.mean(axis=over), rtol=1e-9, atol=1e-6)
    assert np.allclose(variance, wide.var(axis=over), rtol=1e-9, atol=1e-3)
    low, high = extent(batches, per)
    assert np.array_equal(low, x.min(axis=over))
    assert np.array_equal(high, x.max(axis=over))


@PROFILE
@given(x=VALUES, wanted=st.tuples(st.floats(0, 100), st.floats(0, 100)))
def test_percentiles_of_batches_are_those_of_all(x: Array, wanted: tuple[float, float]) -> None:
    expected = np.percentile(x.astype(np.float64), wanted)
    assert np.allclose(percentiles([x[:2], x[2:]], wanted), expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("value", [0.0, -0.0, 1e-45, -3.5, 3.4e38])
def test_percentiles_of_one_value_are_that_value(value: float) -> None:
    x = np.array([[value]], dtype=np.float32)
    assert percentiles([x], [0, 37, 100]) == [float(x[0, 0])] * 3


def test_percentiles_of_8_bit_images_are_of_their_values() -> None:
    assert percentiles([np.arange(101, dtype=np.uint8)], [5, 50, 99.5]) == [5, 50, 99.5]
