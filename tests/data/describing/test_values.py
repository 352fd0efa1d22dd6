"""Ranges of values and histograms, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ablation.data import Split
from ablation.data.describing import histogram, in_batches, value_ranges

NAN, INF = math.nan, math.inf


def test_range_of_each_column_is_exact_over_batches() -> None:
    batches = [np.array([[0.0, 5.0], [0.0, 7.0], [6.0, 9.0]]), np.array([[2.0, 7.0]])]
    first, second = value_ranges(batches, ["a", "b"])
    assert (first.name, first.minimum, first.maximum, first.mean, first.zeros) == ("a", 0.0, 6.0, 2.0, 0.5)
    assert first.deviation == pytest.approx(math.sqrt(6), rel=1e-15)  # (4 + 4 + 16 + 0) / 4
    assert (second.name, second.minimum, second.maximum, second.mean, second.zeros) == ("b", 5.0, 9.0, 7.0, 0.0)
    assert second.deviation == pytest.approx(math.sqrt(2), rel=1e-15)


def test_values_that_are_not_finite_are_counted_and_left_out_of_the_rest() -> None:
    batches = [np.array([[1.0], [NAN], [INF]], dtype=np.float32), np.array([[3.0], [-INF]], dtype=np.float32)]
    (found,) = value_ranges(batches, ["x"])
    assert (found.minimum, found.maximum, found.mean, found.deviation) == (1.0, 3.0, 2.0, 1.0)
    assert (found.not_finite, found.zeros) == (3, 0.0)


def test_column_without_a_finite_value_has_no_range() -> None:
    (found,) = value_ranges([np.array([[NAN], [NAN]])], ["x"])
    assert (found.minimum, found.maximum, found.mean, found.deviation) == (None, None, None, None)
    assert found.not_finite == 2


def test_channels_of_images_of_different_sizes_are_told_apart() -> None:
    images = [np.full((1, 2, 3), (0, 10, 200), dtype=np.uint8), np.full((3, 2, 3), (255, 20, 200), dtype=np.uint8)]
    red, green, blue = value_ranges([images], ["red", "green", "blue"])
    assert (red.minimum, red.maximum, red.mean, red.zeros) == (0.0, 255.0, 255 * 6 / 8, 0.25)
    assert (green.minimum, green.maximum, green.mean) == (10.0, 20.0, 17.5)
    assert (blue.minimum, blue.maximum, blue.mean, blue.deviation) == (200.0, 200.0, 200.0, 0.0)


def test_columns_beyond_twenty_are_one_row_of_them_all() -> None:
    values = np.arange(2 * 22, dtype=np.float64).reshape(2, 22)
    rows = value_ranges([values], [f"f{index}" for index in range(22)])
    assert len(rows) == 20
    assert (rows[18].name, rows[18].minimum, rows[18].maximum) == ("f18", 18.0, 40.0)
    assert (rows[19].name, rows[19].minimum, rows[19].maximum) == ("3 others", 19.0, 43.0)
    rest = values[:, 19:]
    assert rows[19].mean == pytest.approx(rest.mean(), rel=1e-15)
    assert rows[19].deviation == pytest.approx(rest.std(), rel=1e-15)


def test_twenty_columns_are_all_shown() -> None:
    rows = value_ranges([np.zeros((1, 20))], [f"f{index}" for index in range(20)])
    assert [row.name for row in rows] == [f"f{index}" for index in range(20)]


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "uint16"])
def test_deviation_of_values_far_from_zero_is_not_lost_to_rounding(dtype: str) -> None:
    values = (np.arange(30_000) % 3 + 50_000).astype(dtype).reshape(-1, 1)
    (found,) = value_ranges([values[:7], values[7:]], ["x"])
    assert found.mean == pytest.approx(50_001, rel=1e-12)
    assert found.deviation == pytest.approx(math.sqrt(2 / 3), rel=1e-6)


def test_samples_of_a_split_are_read_with_their_last_steps_whole() -> None:
    split = Split(np.arange(6, dtype=np.uint8).reshape(3, 2), np.zeros(3, dtype=np.int32))
    assert np.concatenate(list(in_batches(split))).tolist() == [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]


def test_histogram_counts_both_ends_and_what_lies_above() -> None:
    found = histogram(np.array([0.0, 1.0, 1.5, 2.0, 10.0, NAN]), 2, high=2.0)
    assert (found.low, found.high, found.counts, found.above) == (0.0, 2.0, (1, 3), 1)


def test_histogram_of_one_value_has_a_width() -> None:
    found = histogram(np.array([3.0, 3.0]), 2)
    assert (found.low, found.high, sum(found.counts)) == (2.5, 3.5, 2)


def test_histogram_of_nothing_is_empty() -> None:
    assert histogram(np.array([NAN]), 2).counts == (0, 0)
