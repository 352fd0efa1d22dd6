"""The answer in words."""

from __future__ import annotations

import pytest

from ablation.analysis import answer_lines, caveats, compare, effect_sentence, headline, verdict_lines
from tests.analysis.outcomes import comparison_of, outcome, outcomes

BASE = {seed: 0.5 + 0.02 * seed for seed in range(5)}
NOISE = [0.0, 0.016, -0.016, 0.008, -0.008]


def shifted(by: float, noise: float = 1.0) -> dict[int, float]:
    """Return the baseline's values, moved."""
    return {seed: value + by + noise * NOISE[seed] for seed, value in BASE.items()}


def test_helping_variant_reads_as_on_the_page() -> None:
    lines = verdict_lines(comparison_of({"original": BASE, "l2": shifted(-0.21)}))
    assert lines == ["l2 helps: val_loss falls by 0.210 (95 % interval 0.194 to 0.226, 5 of 5 seeds)"]


def test_hurting_accuracy_reads_as_a_fall() -> None:
    values = {"original": BASE, "tiny": shifted(-0.21, noise=2.0)}
    (line,) = verdict_lines(comparison_of(values, direction="max", metric="accuracy"))
    assert line == "tiny hurts: accuracy falls by 0.21 (95 % interval 0.18 to 0.24, 5 of 5 seeds)"


def test_inconclusive_variant_has_signed_numbers() -> None:
    (line,) = verdict_lines(comparison_of({"original": BASE, "l1": shifted(0.01, noise=2.0)}, margin=0.01))
    assert line == (
        "l1 inconclusive: val_loss differs by 0.01 (95 % interval -0.02 to 0.04, 5 of 5 seeds), "
        "reaching beyond the margin of 0.01; 100 more seeds would hardly settle it"
    )


def test_difference_perhaps_below_the_margin_is_said_not_to_be_zero() -> None:
    (line,) = verdict_lines(comparison_of({"original": BASE, "l1": shifted(-0.03)}, margin=0.02))
    assert line.startswith("l1 inconclusive: val_loss differs by -0.030")
    assert line.endswith("not 0 but perhaps less than the margin of 0.02; about 10 more seeds would settle it")


def test_equivalent_variant_names_the_margin() -> None:
    (line,) = verdict_lines(comparison_of({"original": BASE, "gelu": shifted(0.001, noise=0.2)}, margin=0.01))
    assert line == (
        "gelu equivalent: val_loss differs by 0.001 (95 % interval -0.002 to 0.004, 5 of 5 seeds), "
        "inside the margin of 0.01"
    )


def test_one_seed_has_no_interval_and_says_so() -> None:
    result = comparison_of({"original": {0: 0.5}, "l2": {0: 0.25}})
    assert answer_lines(result, outcomes({"original": {0: 0.5}, "l2": {0: 0.25}})) == [
        "l2 inconclusive: val_loss falls by 0.25 with the one seed they share; no interval",
        "[!] one paired seed gives no interval and settles nothing",
    ]


def test_variant_without_pairs_names_both() -> None:
    (line,) = verdict_lines(comparison_of({"original": {0: 0.5}, "l2": {1: 0.25}}))
    assert line == "l2 no data: no seed has a finite val_loss for both l2 and original"


def test_single_variant_states_its_value() -> None:
    result = comparison_of({"original": BASE})
    expected = "original: val_loss is 0.54 (5 of 5 seeds, sd 0.03); there is nothing to compare it with"
    assert verdict_lines(result) == [expected]
    assert headline(result) == expected


def test_caveats_name_few_seeds_and_leave_failed_trials_to_the_audit() -> None:
    values = {"original": BASE, "l2": {seed: value - 0.1 for seed, value in BASE.items() if seed < 3}}
    trials = [*outcomes(values), outcome("l2", 3, None, status="timeout"), outcome("l2", 4, None)]
    result = compare(trials, metric="val_loss", direction="min", baseline="original", variants=list(values))
    assert caveats(result, trials) == [
        "3 paired seeds are few: an exact two-sided sign-flip test cannot go below p = 0.25; "
        "verdicts rest on paired t tests, which take the differences to be about normal",
    ]


def test_caveats_of_a_study_without_any_result_name_its_trials() -> None:
    trials = [outcome("original", 0, None, status="timeout"), outcome("l2", 0, None)]
    result = compare(trials, metric="val_loss", direction="min", baseline="original", variants=["original", "l2"])
    assert caveats(result, trials) == [
        "2 of 2 trials have no result: original seed 0 (timeout), l2 seed 0 (no finite val_loss)"
    ]


def test_caveats_of_six_clean_seeds_are_none() -> None:
    values = {"a": {seed: 1.0 + seed for seed in range(6)}, "b": {seed: 2.0 + seed for seed in range(6)}}
    assert caveats(comparison_of(values), outcomes(values)) == []


def test_caveats_warn_of_chance_among_many_variants() -> None:
    values = {f"v{place}": {seed: float(seed + place) for seed in range(6)} for place in range(6)}
    (caveat,) = caveats(comparison_of(values), outcomes(values))
    assert caveat.startswith("5 variants are compared")


def test_answer_lines_put_notes_after_verdicts() -> None:
    values = {"a": BASE, "b": shifted(-0.2)}
    lines = answer_lines(comparison_of(values), outcomes(values), notes=("the test set chose the epoch",))
    assert lines[1] == "[!] the test set chose the epoch"


def test_headline_leads_with_the_best_help_and_counts_the_others() -> None:
    values = {"a": BASE, "worse": shifted(0.3), "good": shifted(-0.1), "best": shifted(-0.2)}
    line = headline(comparison_of(values))
    assert line.startswith("best helps: val_loss falls by 0.200")
    assert line.endswith("; others: helps 1, hurts 1")


def test_headline_without_help_leads_with_the_worst_hurt() -> None:
    values = {"a": BASE, "bad": shifted(0.1), "worst": shifted(0.3), "same": shifted(0.0)}
    assert headline(comparison_of(values)).startswith("worst hurts")


def test_headline_of_a_failed_study_says_no_result() -> None:
    trials = [outcome("a", 0, None, status="failed"), outcome("b", 0, None, status="failed")]
    result = compare(trials, metric="val_loss", direction="min", baseline="a", variants=["a", "b"])
    assert headline(result) == "no result: no trial has a finite val_loss"


def test_variant_that_helps_by_itself_but_not_among_many_says_why() -> None:
    noisy = {f"noise{place}": shifted(0.0, noise=1.0 + place) for place in range(4)}
    values = {"original": BASE, "l2": shifted(-0.02), **noisy}
    line = next(line for line in verdict_lines(comparison_of(values)) if line.startswith("l2"))
    assert line == (
        "l2 inconclusive: val_loss differs by -0.020 (95 % interval -0.036 to -0.004, 5 of 5 seeds), "
        "but among 5 comparisons that may be chance (p = 0.12 by Holm); about 4 more seeds would settle it"
    )


def test_equal_differences_of_few_seeds_say_that_there_is_no_spread() -> None:
    (line,) = verdict_lines(comparison_of({"a": {0: 1.0, 1: 2.0}, "b": {0: 0.5, 1: 1.5}}))
    assert line.startswith("b inconclusive: val_loss differs by -0.5")
    assert line.endswith("2 of 2 seeds), the same with every seed: no spread to judge by")


def diverged(seeds: int, *, of: int = 5) -> str:
    """Return the sentence on a variant that diverged with its first seeds, and was better with the others."""
    good = {seed: value for seed, value in shifted(-0.21).items() if seeds <= seed < of}
    trials = [*outcomes({"original": BASE, "fast": good})]
    trials += [outcome("fast", seed, None, status="diverged") for seed in range(seeds)]
    (line,) = verdict_lines(
        compare(trials, metric="val_loss", direction="min", baseline="original", variants=["original", "fast"])
    )
    return line


def test_diverged_variant_says_how_often_and_what_the_others_gave() -> None:
    assert diverged(2) == (
        "fast diverged: 2 of 5 seeds; with the others val_loss falls by 0.22 (95 % interval 0.18 to 0.25, 3 of 5 seeds)"
    )
    assert diverged(4) == "fast diverged: 4 of 5 seeds; with the one that it shares val_loss falls by 0.218"
    assert diverged(5) == "fast diverged: 5 of 5 seeds"


def test_baseline_that_diverged_is_named_where_it_leaves_no_pair() -> None:
    trials = [outcome("a", seed, None, status="diverged") for seed in (0, 1)] + outcomes({"b": {0: 1.0, 1: 2.0}})
    result = compare(trials, metric="val_loss", direction="min", baseline="a", variants=["a", "b"])
    assert verdict_lines(result) == [
        "b no data: no seed has a finite val_loss for both b and a, which diverged with 2 of 2 seeds"
    ]


def test_caveat_of_five_seeds_states_the_floor_of_the_exact_test() -> None:
    values = {"a": BASE, "b": shifted(-0.2)}
    assert caveats(comparison_of(values), outcomes(values)) == [
        "5 paired seeds are few: an exact two-sided sign-flip test cannot go below p = 0.0625; "
        "verdicts rest on paired t tests, which take the differences to be about normal"
    ]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (1, "about 1 more seed would settle it"),
        (20, "about 20 more seeds would settle it"),
        (37, "about 40 more seeds would settle it"),
        (100, "100 more seeds would hardly settle it"),
    ],
)
def test_more_seeds_are_said_no_more_precisely_than_they_are_known(more: int, words: str) -> None:
    result = comparison_of({"original": BASE, "l1": shifted(0.01)})
    effect = result.effects[0].model_copy(update={"more_seeds": more})
    assert effect_sentence(effect, result).endswith(words)
