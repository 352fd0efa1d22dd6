"""What so many seeds can find, and how many would settle it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from ablation.analysis.inference.power import detectable_difference, pairs_to_settle


def settle(difference: float, sd: float = 1.0, margin: float = 0.0, family: float = 0.05) -> int | None:
    """Return the pairs that settle a comparison at 5 %."""
    return pairs_to_settle(difference, sd, margin=margin, level=0.05, family_levels=(family, family))


@pytest.mark.parametrize(("size", "pairs"), [(0.5, 34), (0.8, 15), (1.0, 10)])
def test_pairs_of_a_standard_effect_are_those_of_the_tables(size: float, pairs: int) -> None:
    # G*Power 3.1, difference of two dependent means, two tails, alpha 0.05, power 0.80: 34 for dz 0.5, 15 and 10.
    assert settle(size) == pairs
    assert settle(-2 * size, sd=2.0) == pairs


@pytest.mark.parametrize("pairs", [3, 5, 10, 34])
@pytest.mark.parametrize("level", [0.05, 0.0125])
def test_detectable_difference_has_a_power_of_80_percent(pairs: int, level: float) -> None:
    critical = stats.t.ppf(1 - level / 2, pairs - 1)
    noncentrality = detectable_difference(0.2, pairs, level) / 0.2 * pairs**0.5
    assert stats.nct.sf(critical, pairs - 1, noncentrality) == pytest.approx(0.8, abs=1e-4)


def test_detectable_difference_grows_with_spread_and_falls_with_pairs() -> None:
    assert detectable_difference(2.0, 5, 0.05) == pytest.approx(2 * detectable_difference(1.0, 5, 0.05))
    assert detectable_difference(1.0, 20, 0.05) < 0.5 * detectable_difference(1.0, 5, 0.05)


def test_pairs_to_settle_rise_with_a_margin_and_with_the_family() -> None:
    assert settle(1.0) == 10
    assert settle(1.0, margin=0.2) == 15
    assert settle(1.0, family=0.01) == 16


def test_pairs_to_settle_a_small_difference_make_it_equivalent() -> None:
    pairs = settle(0.0, margin=1.0)
    assert pairs is not None
    draws = np.random.default_rng(0).normal(size=(20_000, pairs))
    half = stats.t.ppf(0.975, pairs - 1) * draws.std(axis=1, ddof=1) / pairs**0.5
    assert np.mean(np.abs(draws.mean(axis=1)) + half < 1) == pytest.approx(0.8, abs=0.05)


def test_pairs_to_settle_a_difference_at_the_margin_are_beyond_count() -> None:
    assert settle(1.0, margin=1.0) is None
    assert settle(0.01) is None


def test_pairs_to_settle_a_difference_far_beyond_its_spread_are_few() -> None:
    assert settle(1.0, sd=1e-14) == 2
