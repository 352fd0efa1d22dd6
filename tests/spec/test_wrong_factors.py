"""Factors and designs that are wrong or do not fit each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from .documents import SMALL, Wrong, assert_reported, changed, problems

# The small spec with two factors instead of its variants: factors in lines 16 to 18, the design in line 19.
FACTORIAL = SMALL[: SMALL.index("variants:")] + (
    "factors:\n"
    "  drop: {set: {model.layers.drop.enabled: true}}\n"
    "  width: {levels: {narrow: {}, wide: {model.layers.hidden.units: 16}}}\n"
    "design: {kind: full_factorial}\n"
)
LEVELS = "{narrow: {}, wide: {model.layers.hidden.units: 16}}"


def drop(text: str, below: str, message: str, hint: str) -> Wrong:
    return Wrong("{set: {model.layers.drop.enabled: true}}", text, 17, f"factors.drop{below}", message, hint)


def levels(text: str, path: str, message: str, hint: str) -> Wrong:
    return Wrong(LEVELS, text, 18, path, message, hint)


def design(text: str, below: str, message: str, hint: str) -> Wrong:
    return Wrong("design: {kind: full_factorial}", f"design: {text}", 19, f"design{below}", message, hint)


WRONG_FACTORS = {
    "design_missing": Wrong(
        "design: {kind: full_factorial}\n", "", 16, "factors", "needs a design", "Add e.g. `design:"
    ),
    "design_by_its_kind_alone": design(
        "pairs", "", "must be a mapping with a kind", "got 'pairs'. Write {kind: pairs}."
    ),
    "design_unknown": design("{kind: factorial}", ".kind", "unknown kind 'factorial'", "Did you mean full_factorial?"),
    "design_with_a_setting_of_another": design(
        "{kind: pairs, resolution: 3}", ".resolution", "unknown key", "from: kind."
    ),
    "resolution_missing": design(
        "{kind: fractional}", ".resolution", "is missing", "Add `resolution:`. 3: main effects"
    ),
    "resolution_of_none": design("{kind: fractional, resolution: 7}", ".resolution", "must be 3, 4 or 5", "got 7."),
    "resolution_for_too_few_factors": design(
        "{kind: fractional, resolution: 4}", "", "does not fit the factors", "Use full_factorial or a lower resolution."
    ),
    "lowest_resolution_for_too_few_factors": design(
        "{kind: fractional, resolution: 3}", "", "does not fit the factors", "of which there are 2. Use full_factorial."
    ),
    "factors_beside_variants": Wrong(
        "design:", "variants: {a: {}}\ndesign:", 16, "factors", "stands beside variants", "Keep one of them"
    ),
    "factor_without_changes": drop("{}", ".set", "is missing", "Add `set:`. New values by path"),
    "factor_as_a_number": drop("3", "", "must be a mapping", "with the keys set, description."),
    "factor_as_a_list": drop("[a]", "", "must be a mapping", "got [a]."),
    "factor_of_an_unknown_path": drop(
        "{set: {model.layers.drip.enabled: true}}",
        ".set.model.layers.drip.enabled",
        "matches nothing",
        "nothing in model.layers matches 'drip'. Did you mean drop?",
    ),
    "factor_of_both_forms": drop(
        "{set: {}, levels: {a: {}, b: {training.epochs: 3}}}",
        ".set",
        "unknown key",
        "Choose from: levels, description.",
    ),
    "factor_that_changes_nothing": drop(
        "{set: {model.layers.drop.enabled: false}}", "", "is equal to the baseline none", "Change something in it"
    ),
    "factor_that_another_one_changes_too": drop(
        "{set: {model.layers.hidden.units: 9}}", "", "", "Make them levels of one factor."
    )._replace(
        line=18,
        path="factors.width.levels.wide.model.layers.hidden.units",
        message="changes what factor drop changes, too",
    ),
    "factor_that_changes_a_part_of_another": drop(
        "{set: {model.layers.hidden: {kind: dense, name: hidden, units: 9}}}", "", "", "Make them levels of one factor."
    )._replace(
        line=18,
        path="factors.width.levels.wide.model.layers.hidden.units",
        message="changes what factor drop changes, too",
    ),
    "factor_name_with_a_hyphen": Wrong(
        "  drop:", "  drop-out:", 17, "factors.drop-out", "must be lower-case letters, digits and _", "Write drop_out."
    ),
    "level_alone": levels("{narrow: {}}", "factors.width.levels", "must have at least 2 items", "got {narrow: {}}."),
    "level_left_empty": levels(
        "{narrow: {}, wide: }", "factors.width.levels.wide", "must be a mapping", "Write {} for nothing in it"
    ),
    "levels_as_a_list": levels("[narrow, wide]", "factors.width.levels", "must be a mapping", "got [narrow, wide]."),
    "level_with_a_wrong_value": levels(
        "{narrow: {}, wide: {model.layers.hidden.units: '9'}}", "model.layers.hidden.units", "whole number", "quotes"
    ),
    "level_with_a_wrong_key": levels(
        "{narrow: {}, wide: {model.layers.hidden.unit: 9}}", "model.layers.hidden.unit", "unknown key", "units?"
    ),
    "level_equal_to_the_first": levels(
        "{narrow: {}, wide: {training.epochs: 3}, same: {training.epochs: 2}}",
        "factors.width.levels.same",
        "is equal to the baseline none",
        "Change something in it",
    ),
    "level_name_with_a_hyphen": levels(
        "{narrow: {}, very-wide: {training.epochs: 3}}",
        "factors.width.levels.very-wide",
        "must be lower-case letters, digits, _ and .",
        "Write very_wide.",
    ),
    "baseline_unknown": Wrong(
        "seeds:", "compare: {baseline: dropp}\nseeds:", 15, "compare.baseline", "no variant is named", "mean drop?"
    ),
}


@pytest.mark.parametrize("name", WRONG_FACTORS)
def test_factor_that_is_wrong_is_reported_at_its_place(tmp_path: Path, name: str) -> None:
    assert_reported(tmp_path, WRONG_FACTORS[name], FACTORIAL)


def test_design_without_factors_is_reported(tmp_path: Path) -> None:
    assert_reported(
        tmp_path, Wrong("seeds:", "design: {kind: pairs}\nseeds:", 15, "design", "needs factors", "Add `factors:`")
    )


def test_factor_of_three_levels_does_not_fit_a_fraction(tmp_path: Path) -> None:
    text = changed(LEVELS, "{a: {}, b: {training.epochs: 3}, c: {training.epochs: 4}}", FACTORIAL)
    (problem,) = problems(tmp_path, changed("full_factorial", "fractional, resolution: 3", text))
    assert (problem.mark.line, problem.path, problem.message) == (19, "design", "does not fit the factors")
    assert problem.hint == "A fractional design takes factors of two levels; more: width."


def test_design_of_too_many_variants_is_reported_before_they_are_made(tmp_path: Path) -> None:
    factors = "".join(f"  f{index}: {{set: {{model.layers.drop.enabled: true}}}}\n" for index in range(30))
    text = changed("  drop: {set: {model.layers.drop.enabled: true}}\n", factors, FACTORIAL)
    (problem,) = problems(tmp_path, text)
    assert (problem.path, problem.message) == ("design", "does not fit the factors")
    assert problem.hint.startswith("2,147,483,648 variants are more than 10,000; use fewer factors")


def test_wrong_changes_are_reported_with_a_wrong_design(tmp_path: Path) -> None:
    text = changed("full_factorial", "fll", changed("units: 16", "units: x", changed("drop.en", "drip.en", FACTORIAL)))
    assert [(problem.mark.line, problem.path) for problem in problems(tmp_path, text)] == [
        (17, "factors.drop.set.model.layers.drip.enabled"),
        (18, "model.layers.hidden.units"),
        (19, "design.kind"),
    ]


def test_mistake_of_a_level_is_said_once_however_many_variants_have_it(tmp_path: Path) -> None:
    factors = "".join(
        f"  f{index}: {{set: {{training.optimizer.{key}: 0.5}}}}\n" for index, key in enumerate(["a1", "momentum"])
    )
    text = changed("units: 16", "units: x", changed("design:", f"{factors}design:", FACTORIAL))
    assert [(problem.mark.line, problem.path) for problem in problems(tmp_path, text)] == [
        (18, "model.layers.hidden.units"),
        (19, "training.optimizer.a1"),
    ]
