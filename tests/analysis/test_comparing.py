"""Which trials count, how seeds pair up, and the interval of their differences."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ablation.analysis import compare
from ablation.records import TrialStatus

from .outcomes import comparison_of, outcome, outcomes

HAND = {"original": {0: 0.50, 1: 0.40, 2: 0.60}, "l2": {0: 0.40, 1: 0.20, 2: 0.30}}


def test_effect_of_three_pairs_has_the_hand_worked_mean_and_interval() -> None:
    (effect,) = comparison_of(HAND).effects
    # Differences -0.1, -0.2, -0.3: mean -0.2, sd 0.1, and t(0.975, 2) = 4.302653.
    assert effect.differences == pytest.approx({0: -0.1, 1: -0.2, 2: -0.3})
    assert effect.difference == pytest.approx(-0.2)
    assert effect.low == pytest.approx(-0.2 - 4.302653 * 0.1 / math.sqrt(3), abs=1e-6)
    assert effect.high == pytest.approx(-0.2 + 4.302653 * 0.1 / math.sqrt(3), abs=1e-6)
    assert (effect.pairs, effect.verdict) == (3, "inconclusive")


def test_effect_interval_equals_scipys_paired_t() -> None:
    baseline = {seed: 0.5 + 0.01 * seed**2 for seed in range(6)}
    variant = {seed: 0.45 + 0.013 * seed for seed in range(6)}
    (effect,) = comparison_of({"a": baseline, "b": variant}).effects
    expected = stats.ttest_rel(list(variant.values()), list(baseline.values())).confidence_interval(0.95)
    assert (effect.low, effect.high) == pytest.approx((float(expected.low), float(expected.high)))


def test_summary_has_mean_sd_median_and_range() -> None:
    summary = comparison_of(HAND).summaries[0]
    assert (summary.mean, summary.sd, summary.median) == pytest.approx((0.5, 0.1, 0.5))
    assert (summary.lowest, summary.highest, summary.finished, summary.failed) == (0.4, 0.6, 3, 0)


def test_summary_of_one_seed_has_no_sd_and_effect_no_interval() -> None:
    result = comparison_of({"a": {0: 1.0}, "b": {0: 0.5}})
    assert result.summaries[0].sd is None
    assert (result.effects[0].low, result.effects[0].high) == (None, None)
    assert result.effects[0].verdict == "inconclusive"


@pytest.mark.parametrize("status", ["failed", "diverged", "timeout", "interrupted"])
def test_trial_that_did_not_finish_is_counted_and_not_paired(status: TrialStatus) -> None:
    trials = [*outcomes(HAND), outcome("original", 3, 0.5), outcome("l2", 3, 0.1, status=status)]
    result = compare(trials, metric="val_loss", direction="min", baseline="original", variants=["original", "l2"])
    assert [(summary.finished, summary.failed) for summary in result.summaries] == [(4, 0), (3, 1)]
    assert list(result.effects[0].differences) == [0, 1, 2]
    assert result.seeds == 4


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf, 1e200])
def test_finished_trial_without_a_usable_value_is_counted_as_failed(value: float | None) -> None:
    trials = [*outcomes(HAND), outcome("l2", 3, value)]
    result = compare(trials, metric="val_loss", direction="min", baseline="original", variants=["original", "l2"])
    assert (result.summaries[1].finished, result.summaries[1].failed) == (3, 1)


def test_cached_trial_counts_as_finished() -> None:
    trials = [outcome("a", 0, 1.0, status="cached"), outcome("b", 0, 2.0, status="cached")]
    result = compare(trials, metric="val_loss", direction="min", baseline="a", variants=["a", "b"])
    assert result.effects[0].difference == 1.0


def test_nothing_finished_gives_no_data_and_no_numbers() -> None:
    trials = [outcome(variant, seed, None, status="failed") for variant in ("a", "b") for seed in (0, 1)]
    result = compare(trials, metric="val_loss", direction="min", baseline="a", variants=["a", "b"])
    assert result.summaries[0].mean is None and result.summaries[0].failed == 2
    assert (result.effects[0].verdict, result.effects[0].difference) == ("no data", None)


def test_baseline_that_was_not_run_gives_no_data() -> None:
    result = compare(outcomes({"b": {0: 1.0}}), metric="val_loss", direction="min", baseline="a", variants=["b"])
    assert [effect.verdict for effect in result.effects] == ["no data"]


def test_equal_differences_give_an_interval_of_no_width() -> None:
    (effect,) = comparison_of({"a": {0: 1.0, 1: 2.0}, "b": {0: 0.5, 1: 1.5}}).effects
    assert (effect.low, effect.high) == (-0.5, -0.5)


def test_equal_differences_are_settled_by_the_exact_test_alone() -> None:
    values = {"a": {seed: 1.0 + seed for seed in range(6)}, "b": {seed: 0.5 + seed for seed in range(6)}}
    few = {name: {seed: by_seed[seed] for seed in range(5)} for name, by_seed in values.items()}
    assert [(each.p_t, each.verdict) for each in comparison_of(few).effects] == [(0.0625, "inconclusive")]
    assert [(each.p_t, each.verdict) for each in comparison_of(values).effects] == [(0.03125, "helps")]


def test_outcome_of_an_unknown_variant_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"got \['b'\]"):
        compare(outcomes({"b": {0: 1.0}}), metric="val_loss", direction="min", baseline="a", variants=["a"])


def test_two_outcomes_of_one_trial_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"got several for \[\('a', 0\)\]"):
        compare([outcome("a", 0, 1.0)] * 2, metric="val_loss", direction="min", baseline="a", variants=["a"])


@pytest.mark.parametrize("margin", [-0.1, math.nan, math.inf])
def test_margin_that_is_no_size_is_an_error(margin: float) -> None:
    with pytest.raises(ValueError, match="margin"):
        comparison_of(HAND, margin=margin)


def test_summaries_and_effects_keep_the_order_of_the_spec() -> None:
    values = {name: {0: 1.0, 1: 1.1} for name in ("z", "b", "a")}
    result = comparison_of(values)
    assert [summary.variant for summary in result.summaries] == ["z", "b", "a"]
    assert [effect.variant for effect in result.effects] == ["b", "a"]


def test_ranked_effects_go_from_best_to_worst_with_no_data_last() -> None:
    values = {"base": {0: 1.0}, "worse": {0: 2.0}, "none": {1: 0.0}, "better": {0: 0.5}}
    result = comparison_of(values)
    assert [effect.variant for effect in result.ranked_effects()] == ["better", "worse", "none"]


def test_answered_effects_put_settled_verdicts_first() -> None:
    values = {"base": {0: 1.0, 1: 1.1}, "one seed": {0: 0.0}, "hurts": {0: 2.0, 1: 2.11}, "helps": {0: 0.5, 1: 0.61}}
    assert [effect.variant for effect in comparison_of(values).answered_effects()] == ["helps", "hurts", "one seed"]


def test_comparison_survives_json() -> None:
    result = comparison_of(HAND, margin=0.01)
    assert type(result).model_validate_json(result.model_dump_json()) == result


VALUES = st.dictionaries(st.integers(0, 20), st.floats(-1e6, 1e6), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(VALUES, VALUES, st.randoms(use_true_random=False))
def test_comparison_does_not_depend_on_the_order_of_outcomes(
    a: dict[int, float], b: dict[int, float], shuffler: random.Random
) -> None:
    trials = outcomes({"a": a, "b": b})
    shuffled = list(trials)
    shuffler.shuffle(shuffled)
    first, second = (
        compare(each, metric="val_loss", direction="min", baseline="a", variants=["a", "b"])
        for each in (trials, shuffled)
    )
    assert first == second


WHOLE = st.integers(-(2**20), 2**20)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.integers(0, 20), st.tuples(WHOLE, WHOLE), min_size=1, max_size=8), WHOLE)
def test_effect_does_not_change_when_both_are_shifted_alike(values: dict[int, tuple[int, int]], shift: int) -> None:
    # Whole numbers are exact in floating point, so the effects are equal and not only close.
    plain = {name: {seed: float(pair[i]) for seed, pair in values.items()} for i, name in enumerate("ab")}
    moved = {name: {seed: value + shift for seed, value in by_seed.items()} for name, by_seed in plain.items()}
    assert comparison_of(plain).effects == comparison_of(moved).effects


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=8))
def test_verdict_is_mirrored_when_the_direction_is(differences: list[float]) -> None:
    values = {"a": dict.fromkeys(range(len(differences)), 0.0), "b": dict(enumerate(differences))}
    mirrored = {"helps": "hurts", "hurts": "helps"}
    least, most = (comparison_of(values, direction=d, margin=0.5).effects[0].verdict for d in ("min", "max"))
    assert least == mirrored.get(most, most)
