"""One variant by itself."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from ablation.analysis.comparing.summaries import interquartile_mean, summarize
from tests.analysis.outcomes import outcome


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 10, 21])
def test_interquartile_mean_is_scipys_trimmed_mean(count: int) -> None:
    values = [float((7 * place) % 23) ** 2 for place in range(count)]
    assert interquartile_mean(values) == pytest.approx(float(stats.trim_mean(values, 0.25)))


def test_interquartile_mean_ignores_an_outlier() -> None:
    assert interquartile_mean([1.0, 2.0, 3.0, 1000.0]) == 2.5


def test_summary_counts_what_diverged_among_what_failed() -> None:
    trials = [
        outcome("a", 0, 1.0),
        outcome("a", 1, None, status="diverged"),
        outcome("a", 2, math.inf),
        outcome("a", 3, math.nan),
        outcome("a", 4, None, status="timeout"),
        outcome("b", 0, None, status="diverged"),
    ]
    summary = summarize(trials, "a", "val_loss")
    assert (summary.finished, summary.failed, summary.diverged) == (1, 4, 2)


def test_summary_has_weights_and_mean_seconds_of_finished_trials() -> None:
    trials = [
        outcome("a", seed, 1.0, status=status).model_copy(update={"train_s": train_s, "parameters": 12})
        for seed, status, train_s in ((0, "trained", 2.0), (1, "cached", 4.0), (2, "timeout", 100.0))
    ]
    summary = summarize(trials, "a", "val_loss")
    assert (summary.parameters, summary.train_s) == (12, 3.0)
