"""When comparisons have enough seeds, and how often what they then say is wrong."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from scipy.special import stdtrit

from ablation.analysis import Comparison, Effect, compare, seeds_wanted, verdict_lines
from tests.analysis.outcomes import outcome


def compared(values: Mapping[str, list[float | None]]) -> Comparison:
    """Compare variants by the losses of their seeds 0, 1, 2, ...; None failed."""
    outcomes = [outcome(variant, seed, loss) for variant, losses in values.items() for seed, loss in enumerate(losses)]
    return compare(outcomes, metric="val_loss", direction="min", baseline="plain", variants=list(values))


PLAIN = [0.50, 0.52, 0.48, 0.51, 0.49]


def test_comparison_with_a_narrow_interval_ends_and_an_open_one_takes_the_baseline_along() -> None:
    comparison = compared(
        {
            "plain": PLAIN,
            "close": [0.401, 0.420, 0.380, 0.411, 0.390],  # differences of -0.1 +- 0.0005
            "wide": [0.40, 0.48, 0.42, 0.44, 0.46],  # sd of the differences 0.05: about 17 pairs for a width of 0.05
        }
    )

    assert seeds_wanted(comparison, ci_width=0.05, most=20) == {"wide": 10, "plain": 10}


def test_seeds_wanted_never_exceed_the_most() -> None:
    comparison = compared({"plain": PLAIN, "wide": [0.40, 0.48, 0.42, 0.44, 0.46]})

    assert seeds_wanted(comparison, ci_width=0.05, most=7) == {"wide": 7, "plain": 7}
    assert seeds_wanted(comparison, ci_width=0.05, most=5) == {}


def test_baseline_with_more_seeds_is_not_run_again_for_a_variant_that_catches_up() -> None:
    comparison = compared({"plain": PLAIN * 4, "wide": [0.40, 0.48, 0.42, 0.44, 0.46]})

    assert seeds_wanted(comparison, ci_width=0.05, most=20) == {"wide": 10}


def test_variant_without_two_results_gets_no_more_seeds() -> None:
    comparison = compared({"plain": PLAIN, "broken": [None, None, None, None, 0.4]})

    assert seeds_wanted(comparison, ci_width=0.001, most=20) == {}


def test_equal_variants_are_not_believed_after_three_seeds() -> None:
    comparison = compared({"plain": [0.5, 0.5, 0.5], "same": [0.5, 0.5, 0.5]})

    assert seeds_wanted(comparison, ci_width=0.05, most=20) == {"plain": 6, "same": 6}


def test_narrower_interval_asks_for_more_seeds() -> None:
    comparison = compared({"plain": PLAIN, "wide": [0.44, 0.45, 0.43, 0.45, 0.43]})
    wanted = [seeds_wanted(comparison, ci_width=width, most=100).get("wide", 5) for width in (0.05, 0.03, 0.02, 0.001)]

    assert wanted == sorted(wanted)
    assert wanted[0] < wanted[-1] == 10  # never more than twice


def run_to_its_end(differences: np.ndarray, *, start: int, ci_width: float) -> Comparison:
    """Run the rule on one comparison whose differences are drawn already."""
    most, count = len(differences), start
    while True:
        drawn = [0.5 + float(each) for each in differences[:count]]
        comparison = compared({"plain": [0.5] * count, "changed": drawn})
        wanted = seeds_wanted(comparison, ci_width=ci_width, most=most)
        if not wanted:
            return comparison
        count = wanted["changed"]


@pytest.mark.slow
@pytest.mark.parametrize("needed", [6, 12, 20], ids="about_{}_seeds".format)
@pytest.mark.parametrize("shape", ["normal", "heavy_tailed"])
def test_interval_at_the_end_holds_the_true_difference_as_often_as_it_says(shape: str, needed: int) -> None:
    studies, most, effect = 2000, 60, 0.02
    draw = np.random.default_rng(needed)
    noise = draw.standard_normal((studies, most)) if shape == "normal" else draw.standard_t(4, (studies, most))
    differences = effect + 0.01 * noise / noise.std()
    ci_width = 2 * 1.96 * 0.01 / np.sqrt(needed)

    ended = [run_to_its_end(each, start=5, ci_width=ci_width).effects[0] for each in differences]

    held = np.mean(
        [each.low <= effect <= each.high for each in ended if each.low is not None and each.high is not None]
    )
    assert 0.92 <= held <= 0.98
    assert needed <= np.mean([each.pairs for each in ended]) <= needed + 8
    assert max(each.pairs for each in ended) > min(each.pairs for each in ended)


@pytest.mark.slow
def test_adding_seeds_finds_an_effect_in_nothing_in_at_most_seven_percent() -> None:
    differences = 0.01 * np.random.default_rng(7).standard_normal((2000, 40))

    ended = [run_to_its_end(each, start=5, ci_width=0.012).effects[0] for each in differences]

    assert np.mean([each.verdict in ("helps", "hurts") for each in ended]) <= 0.07
    assert np.mean([is_significant_at_some_time(each) for each in differences]) >= 0.25  # who stops at p < 0.05


def holds(effect: Effect, difference: float) -> bool:
    return effect.low is not None and effect.high is not None and effect.low <= difference <= effect.high


def is_significant_at_some_time(differences: np.ndarray) -> bool:
    return any(
        abs(np.mean(seen)) > stdtrit(len(seen) - 1, 0.975) * np.std(seen, ddof=1) / np.sqrt(len(seen))
        for seen in (differences[:count] for count in range(5, len(differences) + 1))
    )


def test_verdict_of_a_variant_with_fewer_seeds_counts_its_own() -> None:
    comparison = compared({"plain": PLAIN * 4, "close": [0.401, 0.420, 0.380, 0.411, 0.390]})

    (line,) = verdict_lines(comparison)

    assert "5 of 5 seeds" in line
