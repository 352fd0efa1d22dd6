"""Main effects, interactions and Shapley values, worked by hand."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping

import pytest

from ablation.analysis import Comparison, FactorAnalysis, MainEffect, analyze_factors, compare, factor_lines
from ablation.records import TrialStatus
from tests.analysis.outcomes import outcome

Levels = dict[str, dict[str, str]]
# Of the trials: small enough to leave the effects as they are to two digits, unequal so that there is an interval.
NOISE = (0.0, 0.001, -0.001, 0.0005)


def switches(*combinations: str, factors: str = "abc") -> Levels:
    """Return the levels of variants named by the factors that are on; "" is called none."""
    return {on or "none": {factor: "on" if factor in on else "off" for factor in factors} for on in combinations}


def full(factors: str = "abc") -> Levels:
    """Return every combination."""
    sizes = range(len(factors) + 1)
    return switches(*("".join(on) for size in sizes for on in itertools.combinations(factors, size)), factors=factors)


def analyzed(
    levels: Levels,
    value: Callable[[Mapping[str, str]], float],
    *,
    ended: Mapping[tuple[str, int], TrialStatus] | None = None,
    margin: float | None = None,
) -> tuple[Comparison, FactorAnalysis]:
    """Analyse a study in which each variant has this loss, and its own small noise with each of four seeds."""
    trials = [
        outcome(
            name,
            seed,
            value(of) + 0.1 * seed + NOISE[(seed + place) % 4],
            status=(ended or {}).get((name, seed), "trained"),
        )
        for place, (name, of) in enumerate(levels.items())
        for seed in range(4)
    ]
    names = list(levels)
    compared = compare(trials, metric="val_loss", direction="min", baseline=names[0], margin=margin, variants=names)
    found = analyze_factors(compared, trials, levels)
    assert found.factors is not None
    return found, found.factors


def additive(levels: Mapping[str, str]) -> float:
    """Return 1 - 0.3 for a - 0.2 for b, and nothing for c."""
    return 1 - 0.3 * (levels["a"] == "on") - 0.2 * (levels["b"] == "on")


def of(found: FactorAnalysis, factor: str, level: str = "on") -> MainEffect:
    """Return one main effect."""
    return next(each for each in found.main if (each.factor, each.level) == (factor, level))


def test_full_factorial_has_the_additive_effects_it_was_made_with() -> None:
    _, found = analyzed(full(), additive)
    assert [(each.factor, each.level, each.pairs, each.seeds) for each in found.main] == [
        ("a", "on", 4, 4),
        ("b", "on", 4, 4),
        ("c", "on", 4, 4),
    ]
    assert [each.difference for each in found.main] == pytest.approx([-0.3, -0.2, 0.0], abs=2e-3)
    assert [each.verdict for each in found.main] == ["helps", "helps", "inconclusive"]
    assert [each.difference for each in found.interactions] == pytest.approx([0.0] * 3, abs=2e-3)


@pytest.mark.parametrize(
    ("levels", "pairs"),
    [
        (switches("", "a", "b", "c"), 1),
        (switches("", "a", "b", "c", "ab", "ac", "bc"), 3),
        (switches("", "ab", "ac", "bc"), 0),
    ],
    ids=["add one in", "pairs", "fraction"],
)
def test_every_design_finds_additive_effects(levels: Levels, pairs: int) -> None:
    _, found = analyzed(levels, additive)
    assert [each.difference for each in found.main] == pytest.approx([-0.3, -0.2, 0.0], abs=2e-3)
    assert {each.pairs for each in found.main} == {pairs}


def test_leave_one_out_says_what_leaving_out_costs() -> None:
    comparison, found = analyzed(switches("abc", "bc", "ac", "ab"), additive)
    assert [(each.factor, each.level, each.verdict) for each in found.main] == [
        ("a", "off", "hurts"),
        ("b", "off", "hurts"),
        ("c", "off", "inconclusive"),
    ]
    assert of(found, "a", "off").difference == pytest.approx(0.3, abs=2e-3)
    assert factor_lines(comparison) == []


def test_factor_of_several_levels_has_an_effect_for_each() -> None:
    levels = {f"{a}-{b}": {"size": a, "b": b} for a in ("small", "middle", "large") for b in ("off", "on")}
    gains = {"small": 0.0, "middle": 0.1, "large": 0.4}
    _, found = analyzed(levels, lambda each: 1 - gains[each["size"]])
    assert of(found, "size", "middle").difference == pytest.approx(-0.1, abs=2e-3)
    assert of(found, "size", "large").difference == pytest.approx(-0.4, abs=2e-3)
    assert [each.levels for each in found.interactions] == [("middle", "on"), ("large", "on")]
    assert found.shares == pytest.approx({"size": 1.0, "b": 0.0}, abs=0.01)


def together(levels: Mapping[str, str]) -> float:
    """Return a loss that only a and b together lower."""
    return 1 - 0.4 * (levels["a"] == levels["b"] == "on")


def test_interaction_is_the_difference_of_differences_with_its_cells() -> None:
    comparison, found = analyzed(full("ab"), together)
    (interaction,) = found.interactions
    assert interaction.factors == ("a", "b") and interaction.levels == ("on", "on")
    assert interaction.difference == pytest.approx(-0.4, abs=4e-3)
    assert interaction.cells[0] == pytest.approx((1.15, 1.15), abs=2e-3)
    assert interaction.cells[1] == pytest.approx((1.15, 0.75), abs=2e-3)
    assert any(line.startswith("a x b interact: val_loss of both is 0.4") for line in factor_lines(comparison))


def test_shapley_values_divide_the_total_as_worked_by_hand() -> None:
    # v(a) = 0.3, v(b) = 0.1, v(ab) = 1: a has (0.3 + 0.9) / 2 = 0.6 of it and b (0.1 + 0.7) / 2 = 0.4.
    gains = {("off", "off"): 0.0, ("on", "off"): 0.3, ("off", "on"): 0.1, ("on", "on"): 1.0}
    _, found = analyzed(full("ab"), lambda each: -gains[each["a"], each["b"]])
    assert found.total is not None and found.total.variant == "ab" and found.total.seeds == 4
    assert found.total.difference == pytest.approx(-1.0, abs=4e-3)
    assert found.shares == pytest.approx({"a": 0.6, "b": 0.4}, abs=4e-3)
    assert sum(value.difference for value in found.total.values) == pytest.approx(found.total.difference)


def test_shapley_values_of_the_glove_game_are_the_published_ones() -> None:
    # One left glove (a) and two right ones (b, c): a pair is worth 1. Shapley values 2/3, 1/6 and 1/6.
    def worth(levels: Mapping[str, str]) -> float:
        return float(levels["a"] == "on" and "on" in (levels["b"], levels["c"]))

    _, found = analyzed(full(), worth)
    assert found.shares == pytest.approx({"a": 2 / 3, "b": 1 / 6, "c": 1 / 6}, abs=4e-3)


def test_shares_of_a_total_that_is_perhaps_none_are_not_told() -> None:
    _, found = analyzed(full("ab"), lambda each: 0.3 * (each["a"] == "on") - 0.3 * (each["b"] == "on"))
    assert found.total is not None
    assert found.shares is None and {value.share for value in found.total.values} == {None}


@pytest.mark.parametrize("levels", [switches("", "a", "b", "c"), switches("", "ab", "ac", "bc"), full("a")])
def test_only_full_factorials_have_shares(levels: Levels) -> None:
    _, found = analyzed(levels, lambda each: float(each["a"] == "on"))
    assert (found.total, found.shares) == (None, None)


def test_fraction_names_what_it_cannot_tell_apart() -> None:
    comparison, found = analyzed(switches("", "ab", "ac", "bc"), additive)
    assert {each.factor: each.aliases for each in found.main} == {"a": ("b x c",), "b": ("a x c",), "c": ("a x b",)}
    assert found.interactions == ()
    assert comparison.factors is found


def test_fraction_of_resolution_five_has_interactions() -> None:
    # Half of the combinations of five factors, those with an even number of them on: I = abcde.
    levels = {name: each for name, each in full("abcde").items() if list(each.values()).count("on") % 2 == 0}
    _, found = analyzed(levels, together)
    assert {each.aliases for each in found.main} == {()}
    assert len(found.interactions) == 10
    assert found.interactions[0].difference == pytest.approx(-0.4, abs=4e-3)
    assert found.interactions[1].difference == pytest.approx(0.0, abs=4e-3)


def test_combination_without_a_result_leaves_the_other_pairs() -> None:
    _, found = analyzed(full(), additive, ended={("abc", seed): "failed" for seed in range(4)})
    assert of(found, "a").difference == pytest.approx(-0.3, abs=2e-3)
    assert (of(found, "a").seeds, of(found, "a").pairs) == (4, 3)
    assert found.total is None


def test_seed_that_misses_a_variant_is_left_out_of_its_averages() -> None:
    _, found = analyzed(full("ab"), additive_of_two, ended={("ab", 2): "timeout"})
    assert {each.seeds for each in (*found.main, *found.interactions)} == {3}
    assert found.total is not None and found.total.seeds == 3


def additive_of_two(levels: Mapping[str, str]) -> float:
    """Return 1 - 0.3 for a - 0.2 for b."""
    return 1 - 0.3 * (levels["a"] == "on") - 0.2 * (levels["b"] == "on")


def test_factor_that_makes_trials_diverge_is_told_and_the_other_not_blamed() -> None:
    ended: dict[tuple[str, int], TrialStatus] = {(name, 1): "diverged" for name in ("a", "ab")}
    comparison, found = analyzed(full("ab"), additive_of_two, ended=ended)
    assert (of(found, "a").verdict, of(found, "b").verdict) == ("diverged", "helps")
    assert factor_lines(comparison)[0] == "factor a diverged: trials diverge with it that do not without it"


def test_factor_within_the_margin_is_equivalent() -> None:
    _, found = analyzed(full(), additive, margin=0.05)
    assert of(found, "c").verdict == "equivalent"


def test_study_without_factors_has_no_analysis() -> None:
    trials = [outcome(name, seed, 1.0 + seed) for name in ("x", "y") for seed in (0, 1)]
    compared = compare(trials, metric="val_loss", direction="min", baseline="x", variants=["x", "y"])
    assert analyze_factors(compared, trials, {"x": {}, "y": {}}).factors is None


def test_factor_lines_read_as_sentences() -> None:
    comparison, _ = analyzed(full(), additive)
    lines = factor_lines(comparison)
    assert lines[0].startswith("factor a helps: val_loss falls by 0.300")
    assert lines[0].endswith("4 of 4 seeds), averaged over 4 pairs of variants")
    assert "3 interactions inconclusive: perhaps none, perhaps too small to see" in lines
    assert lines[-1].startswith("with all factors on, val_loss falls by 0.50")
    assert "a 60 %, b 40 %, c 0 %" in lines[-1] or "a 60 %, b 40 %, c" in lines[-1]
