"""Tests of paired differences, and Holm's adjustment."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from ablation.analysis.inference.significance import equivalence_test, holm, sign_flip_test, t_test

# Darwin's pairs of plants, crossed less self-fertilised, in eighths of an inch; Fisher (1935), section 21, counts 1,726
# of 2^15 sign patterns whose sum is as far from 0: 5.267 %.
DARWIN = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
SLEEP = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]


def test_sign_flip_test_of_darwins_plants_is_fishers() -> None:
    assert sign_flip_test(DARWIN) == pytest.approx(1726 / 2**15)


@pytest.mark.parametrize("pairs", [2, 5, 9])
def test_sign_flip_test_equals_scipys(pairs: int) -> None:
    differences = np.random.default_rng(pairs).normal(0.5, size=pairs)
    expected = stats.permutation_test((differences,), np.mean, permutation_type="samples").pvalue
    assert sign_flip_test(list(differences)) == pytest.approx(float(expected))


def test_sign_flip_test_of_many_pairs_draws_its_patterns() -> None:
    differences = list(np.random.default_rng(0).normal(0.4, size=24))
    assert sign_flip_test(differences) == sign_flip_test(differences) == pytest.approx(t_test(differences), abs=0.01)
    assert sign_flip_test([1.0] * 40) == 1 / 10_000


@pytest.mark.parametrize(("pairs", "least"), [(2, 0.5), (3, 0.25), (5, 0.0625), (6, 0.03125)])
def test_sign_flip_test_cannot_go_below_its_floor(pairs: int, least: float) -> None:
    assert sign_flip_test([1.0 + 0.1 * place for place in range(pairs)]) == least


def test_sign_flip_test_counts_ties_that_rounding_hides() -> None:
    # 0.1 + 0.2 - 0.3 and its like are not 0 in floating point: 3 of 4 patterns and their mirrors are as far as 0 is.
    assert sign_flip_test([0.1, 0.2, -0.3]) == 1.0


def test_t_test_of_students_sleep_data_is_the_published_one() -> None:
    # R: t.test(extra ~ group, data = sleep, paired = TRUE): t = -4.0621, df = 9, p-value = 0.002833.
    assert t_test(SLEEP) == pytest.approx(0.002833, abs=1e-6)


@pytest.mark.parametrize(("differences", "expected"), [([], None), ([0.3], None), ([0.0, 0.0], 1.0), ([0.5] * 3, 0.25)])
def test_t_test_of_differences_without_spread_is_the_exact_one(
    differences: list[float], expected: float | None
) -> None:
    assert t_test(differences) == expected


def with_moments(pairs: int, mean: float, sd: float) -> list[float]:
    """Return differences with exactly this mean and standard deviation."""
    raw = np.random.default_rng(0).normal(size=pairs)
    return list(mean + sd * (raw - raw.mean()) / raw.std(ddof=1))


def test_equivalence_test_of_lakens_example_is_the_published_one() -> None:
    # Means 5.83 and 5.75, sds 1.17 and 1.29, r = 0.75, 65 pairs, bounds dz = 0.4 (Mara and Cribbie 2012; the example of
    # TOSTER's TOSTpaired): t(64) = -2.49 for the upper bound, p = 0.008.
    sd = math.sqrt(1.17**2 + 1.29**2 - 2 * 0.75 * 1.17 * 1.29)
    p_value = equivalence_test(with_moments(65, 0.08, sd), 0.4 * sd)
    assert p_value == pytest.approx(0.008, abs=5e-4)
    assert p_value == pytest.approx(float(stats.t.sf(2.4894, 64)), abs=1e-6)


def test_equivalence_test_is_the_larger_of_scipys_two_one_sided_tests() -> None:
    differences = [0.01, -0.02, 0.015, 0.0, 0.005, -0.01]
    above = stats.ttest_1samp(differences, -0.02, alternative="greater").pvalue
    below = stats.ttest_1samp(differences, 0.02, alternative="less").pvalue
    assert equivalence_test(differences, 0.02) == pytest.approx(max(above, below))


@pytest.mark.parametrize(
    ("differences", "margin", "expected"),
    [([0.1], 0.2, None), ([0.1, 0.2], None, None), ([0.1] * 4, 0.2, 0.0625), ([0.3] * 4, 0.2, 1.0)],
)
def test_equivalence_test_without_spread_or_margin(
    differences: list[float], margin: float | None, expected: float | None
) -> None:
    assert equivalence_test(differences, margin) == expected


def test_holm_is_rs_p_adjust() -> None:
    # R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") gives 0.03 0.06 0.06 0.02.
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005}) == pytest.approx(
        {"a": 0.03, "b": 0.06, "c": 0.06, "d": 0.02}
    )


def test_holm_never_exceeds_one_and_keeps_a_single_p_value() -> None:
    assert holm({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}
    assert holm({"a": 0.04}) == {"a": 0.04}
