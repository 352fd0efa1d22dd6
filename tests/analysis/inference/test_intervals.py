"""Intervals of the mean of paired differences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from ablation.analysis.inference.intervals import bootstrap_interval, paired_interval

# Law school admission test and grade averages of Efron and Tibshirani, An Introduction to the Bootstrap, table 3.1.
LSAT = [576, 635, 558, 578, 666, 580, 555, 661, 651, 605, 653, 575, 545, 572, 594]


def test_t_interval_of_students_sleep_data_is_the_published_one() -> None:
    # Student (1908), The Probable Error of a Mean: hours of sleep gained by the second drug over the first; R's
    # t.test(extra ~ group, data = sleep, paired = TRUE) gives 0.7001142 to 2.4598858.
    differences = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]
    assert paired_interval(differences) == pytest.approx((0.7001142, 2.4598858), abs=1e-6)


def test_bootstrap_interval_is_scipys_and_the_same_at_every_call() -> None:
    values = [*LSAT, *(1.1 * each for each in LSAT)]
    expected = stats.bootstrap((values,), np.mean, rng=np.random.default_rng(1), n_resamples=9999).confidence_interval
    found = bootstrap_interval(values)
    assert found == bootstrap_interval(values)
    assert found == pytest.approx((expected.low, expected.high), rel=2e-3)


@pytest.mark.parametrize("differences", [LSAT, [1.0] * 30, []], ids=["fewer than 25", "equal", "none"])
def test_bootstrap_interval_is_none_where_it_would_not_hold(differences: list[float]) -> None:
    assert bootstrap_interval(differences) is None


def test_bootstrap_interval_of_skewed_differences_leans_to_their_tail() -> None:
    skewed = list(np.random.default_rng(3).exponential(size=30))
    (low, high), mean = bootstrap_interval(skewed) or (0.0, 0.0), float(np.mean(skewed))
    assert high - mean > 1.1 * (mean - low)
