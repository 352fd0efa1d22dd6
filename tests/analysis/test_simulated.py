"""Verdicts and intervals on studies whose truth is known: how often they are right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
import pytest

from ablation.analysis import Comparison
from ablation.analysis.inference.intervals import bootstrap_interval

from .simulated import SD, Noise, analyzed, compared, heavy_tailed, normal, skewed, studies

MANY = 2000
# 5 %, where it is exactly that, and what 2,000 studies cannot tell from it: two standard errors.
FIVE_PERCENT = 0.06
FALSE = ("helps", "hurts")
NOTHING = {"base": 0.0, "a": 0.0, "b": 0.0, "c": 0.0, "d": 0.0, "e": 0.0}
# Full factorial of two factors, in which only both together do anything.
SQUARE = {
    "none": {"a": "off", "b": "off"},
    "a": {"a": "on", "b": "off"},
    "b": {"a": "off", "b": "on"},
    "a-b": {"a": "on", "b": "on"},
}
# Against the mean over the other factor both main effects are 0.
INTERACTION_ONLY = {"none": 2 * SD, "a": -2 * SD, "b": -2 * SD, "a-b": 2 * SD}


def shares(verdicts: Iterable[str]) -> Counter[str]:
    """Return how often each verdict was given, in percent."""
    counts = Counter(verdicts)
    return Counter({verdict: round(100 * count / counts.total()) for verdict, count in counts.items()})


def false_positives(comparisons: Iterable[Comparison]) -> float:
    """Return the share of studies in which any variant is said to help or hurt."""
    found = [any(effect.verdict in FALSE for effect in comparison.effects) for comparison in comparisons]
    return sum(found) / len(found)


def coverage(intervals: Iterable[tuple[float | None, float | None]], truth: float) -> float:
    """Return the share of intervals that contain the truth; one that is missing does not."""
    found = [low is not None and high is not None and low <= truth <= high for low, high in intervals]
    return sum(found) / len(found)


def verdicts_of(effect: float, *, seeds: int = 5, margin: float | None = None, count: int = 600) -> Counter[str]:
    """Return the shares of the verdicts on one variant with this effect, of four that are compared."""
    effects = {"base": 0.0, "variant": effect, "b": 0.0, "c": 0.0, "d": 0.0}
    found = (compared(trials, margin=margin) for trials in studies(count, effects, seeds=seeds))
    return shares(comparison.effects[0].verdict for comparison in found)


def test_few_studies_without_effect_claim_one() -> None:
    assert false_positives(map(compared, studies(60, NOTHING))) < 0.12


def test_large_effect_is_found_and_never_takes_the_wrong_side() -> None:
    found = verdicts_of(-6 * SD, count=40)
    assert found["helps"] >= 95 and found["hurts"] == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seeds", "noise", "most"),
    [
        (3, normal, FIVE_PERCENT),
        (3, heavy_tailed, 0.05),
        (3, skewed, 0.05),
        (5, normal, 0.05),
        (5, heavy_tailed, 0.05),
        (5, skewed, 0.05),
        (10, normal, 0.05),
        (10, skewed, 0.05),
    ],
)
def test_family_of_five_variants_without_effect_claims_one_in_5_percent_at_most(
    seeds: int, noise: Noise, most: float
) -> None:
    assert false_positives(map(compared, studies(MANY, NOTHING, seeds=seeds, noise=noise))) < most


@pytest.mark.slow
@pytest.mark.parametrize("noise", [normal, skewed])
@pytest.mark.parametrize("seeds", [2, 3, 5, 8, 10])
def test_interval_of_95_percent_covers_in_92_to_98_of_100_studies(seeds: int, noise: Noise) -> None:
    effects = {"base": 0.0, "variant": -SD}
    found = [compared(trials).effects[0] for trials in studies(MANY, effects, seeds=seeds, noise=noise)]
    assert 0.92 <= coverage(((each.low, each.high) for each in found), -SD) <= 0.98


@pytest.mark.slow
def test_bootstrap_interval_covers_in_92_to_98_of_100_studies_of_25_seeds() -> None:
    draws = np.random.default_rng(39).normal(size=(MANY, 25)).tolist()
    found = [bootstrap_interval(differences) or (None, None) for differences in draws]
    assert 0.92 <= coverage(found, 0.0) <= 0.98


@pytest.mark.slow
@pytest.mark.parametrize(
    ("effect", "seeds", "margin", "verdict", "least"),
    [
        (0.0, 5, None, "inconclusive", 97),
        (-0.5 * SD, 5, None, "inconclusive", 92),
        (-6 * SD, 5, None, "helps", 98),
        (6 * SD, 5, None, "hurts", 98),
        (-2 * SD, 10, None, "helps", 98),
        (-6 * SD, 5, SD, "helps", 95),
        (-SD, 10, SD, "inconclusive", 93),
        (0.0, 10, 2 * SD, "equivalent", 95),
        (0.0, 5, SD / 2, "inconclusive", 97),
    ],
)
def test_verdict_is_right_at_the_stated_rate(
    effect: float, seeds: int, margin: float | None, verdict: str, least: int
) -> None:
    assert verdicts_of(effect, seeds=seeds, margin=margin)[verdict] >= least


@pytest.mark.slow
def test_small_effect_is_never_called_equivalent_without_a_margin() -> None:
    assert set(verdicts_of(-0.2 * SD)) <= {"helps", "hurts", "inconclusive"}


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [3, 5, 10])
def test_difference_of_the_margin_is_called_equivalent_in_5_percent_at_most(seeds: int) -> None:
    margin = 2 * SD
    effects = {"base": 0.0} | dict.fromkeys("abcd", margin)
    found = [compared(trials, margin=margin) for trials in studies(MANY, effects, seeds=seeds)]
    wrong = sum(any(effect.verdict == "equivalent" for effect in comparison.effects) for comparison in found)
    assert wrong / MANY < FIVE_PERCENT


@pytest.mark.slow
def test_detectable_difference_is_found_in_four_of_five_studies() -> None:
    effects = {"base": 0.0, "variant": -1.2 * SD}
    first = [compared(trials).effects[0] for trials in studies(400, effects, seeds=10)]
    detectable = sum(each.detectable or 0.0 for each in first) / len(first)
    found = [compared(trials).effects[0] for trials in studies(MANY, {"base": 0.0, "variant": -detectable}, seeds=10)]
    assert sum(each.verdict == "helps" for each in found) / MANY == pytest.approx(0.8, abs=0.05)


@pytest.mark.slow
def test_failed_seed_leaves_the_verdicts_right() -> None:
    statuses = {("a", 1): "failed", ("base", 3): "timeout"}
    nothing = (compared(trials) for trials in studies(MANY, NOTHING, statuses=statuses))
    assert false_positives(nothing) < 0.05
    large = [compared(trials) for trials in studies(500, {"base": 0.0, "a": -12 * SD}, statuses=statuses)]
    assert shares(each.effects[0].verdict for each in large)["helps"] >= 95
    assert {each.effects[0].pairs for each in large} == {3}


def test_diverged_seed_is_the_verdict_whatever_the_others_say() -> None:
    found = [
        compared(trials)
        for trials in studies(10, {"base": 0.0, "a": -6 * SD, "b": 0.0}, statuses={("a", 1): "diverged"})
    ]
    assert {each.effects[0].verdict for each in found} == {"diverged"}
    assert "diverged" not in {each.effects[1].verdict for each in found}


def test_interaction_alone_is_found_and_no_factor_blamed() -> None:
    found = [analyzed(trials, SQUARE).factors for trials in studies(25, INTERACTION_ONLY, seeds=10)]
    factors = [each for each in found if each is not None]
    assert len(factors) == 25
    assert all((each.interactions[0].p_adjusted or 1.0) < 0.05 for each in factors)
    blamed = sum(any(effect.verdict in FALSE for effect in each.main) for each in factors)
    assert blamed <= 5


@pytest.mark.slow
def test_interaction_alone_blames_a_factor_in_5_percent_at_most() -> None:
    found = [analyzed(trials, SQUARE).factors for trials in studies(MANY, INTERACTION_ONLY)]
    factors = [each for each in found if each is not None]
    assert sum(any(effect.verdict in FALSE for effect in each.main) for each in factors) / MANY < FIVE_PERCENT
    assert sum((each.interactions[0].p_adjusted or 1.0) < 0.05 for each in factors) / MANY > 0.95


@pytest.mark.slow
def test_factors_without_interaction_are_given_one_in_5_percent_at_most() -> None:
    effects = {"none": 0.0, "a": -3 * SD, "b": SD, "a-b": -2 * SD}
    found = [analyzed(trials, SQUARE).factors for trials in studies(MANY, effects)]
    factors = [each for each in found if each is not None]
    assert sum((each.interactions[0].p_adjusted or 1.0) < 0.05 for each in factors) / MANY < FIVE_PERCENT
    assert 0.92 <= coverage(((each.main[0].low, each.main[0].high) for each in factors), -3 * SD) <= 0.98
    assert sum(each.main[0].verdict == "helps" for each in factors) / MANY > 0.98
