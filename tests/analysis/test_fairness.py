"""Each kind of unfairness, in a comparison that has it and in one that has not."""

from __future__ import annotations

from typing import Any

import pytest

from ablation.analysis import FairnessWarning, Treatment, audit
from ablation.records import TrialOutcome

from .outcomes import outcome

STOPPING = "val_loss with patience 5 keeping the best epoch"


def treatment(variant: str, **changes: Any) -> Treatment:
    facts: dict[str, Any] = {
        "variant": variant,
        "epochs": 10,
        "batch_size": 32,
        "train_samples": 640,
        "samples": "800 samples of digits with 0.2 to validate",
        "learning_rate": 0.1,
        "beside_rate": variant,
        "early_stopping": None,
        "is_validated_on_test": False,
    }
    return Treatment(**facts | changes)


def stopped(variant: str, *epochs: int) -> list[TrialOutcome]:
    return [
        outcome(variant, seed, 0.5).model_copy(update={"epochs": number, "best_epoch": None})
        for seed, number in enumerate(epochs)
    ]


def sole(warnings: tuple[FairnessWarning, ...]) -> FairnessWarning:
    (warning,) = warnings
    return warning


def test_equal_treatment_is_fair() -> None:
    trials = [*stopped("base", 10, 10), *stopped("l2", 10, 10)]
    assert audit([treatment("base"), treatment("l2")], "base", trials, metric="val_loss") == ()
    assert audit([], "base") == ()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"batch_size": 64}, "200 steps (base), 100 steps (l2)"),
        ({"epochs": 20}, "200 steps (base), 400 steps (l2)"),
        ({"batch_size": None}, "200 steps (base), 10 steps (l2)"),
    ],
)
def test_unequal_steps_are_told_in_steps(changes: dict[str, Any], sentence: str) -> None:
    warning = sole(audit([treatment("base"), treatment("l2", **changes)], "base"))
    assert (warning.kind, warning.variants) == ("unequal steps", ("l2",))
    assert sentence in warning.sentence


def test_unequal_steps_of_unknown_samples_are_told_in_epochs_and_batches() -> None:
    variants = [treatment("base", train_samples=None), treatment("l2", train_samples=None, batch_size=64)]
    assert (
        "10 epochs in batches of 32 (base), 10 epochs in batches of 64 (l2)" in sole(audit(variants, "base")).sentence
    )


def test_equal_epochs_of_unknown_samples_are_fair() -> None:
    assert audit([treatment("base", train_samples=None), treatment("l2", train_samples=None)], "base") == ()


def test_other_samples_are_an_unequal_order() -> None:
    warning = sole(audit([treatment("base"), treatment("other", samples="800 samples of wine")], "base"))
    assert (warning.kind, warning.variants) == ("unequal data order", ("other",))
    assert "800 samples of wine (other)" in warning.sentence


def test_rates_tried_for_the_baseline_alone_are_unfair_to_the_others() -> None:
    variants = [
        treatment("base", beside_rate="a"),
        treatment("low", beside_rate="a", learning_rate=0.01),
        treatment("wide", beside_rate="b"),
        treatment("deep", beside_rate="c"),
    ]
    warning = sole(audit(variants, "base"))
    assert (warning.kind, warning.variants) == ("learning rate tuned for the baseline only", ("wide", "deep"))
    assert warning.sentence == (
        "base is tried at 2 learning rates (0.01, 0.1), wide and deep at 0.1 only: another rate may suit them better"
    )


def test_rates_tried_for_every_variant_are_fair() -> None:
    variants = [
        treatment(f"{beside}-{rate}", beside_rate=beside, learning_rate=rate)
        for beside in ("a", "b")
        for rate in (0.1, 0.01)
    ]
    assert audit(variants, "a-0.1") == ()


def test_study_of_the_rate_alone_is_fair() -> None:
    variants = [treatment(f"lr_{rate}", beside_rate="a", learning_rate=rate) for rate in (0.1, 0.01, 0.001)]
    assert audit(variants, "lr_0.1") == ()


def test_validation_on_the_test_part_says_what_it_chooses() -> None:
    chosen = {"is_validated_on_test": True, "chosen_on_test": ("the best epoch (early stopping by val_loss)",)}
    warning = sole(audit([treatment("base", **chosen), treatment("l2", **chosen)], "base"))
    assert (warning.kind, warning.variants) == ("selection on the test set", ())
    assert "and they choose the best epoch (early stopping by val_loss): expect less" in warning.sentence


def test_choice_on_the_test_part_of_one_variant_names_it() -> None:
    chosen = treatment("l2", is_validated_on_test=True, chosen_on_test=("the best epoch",))
    warning = sole(audit([treatment("base", is_validated_on_test=True), chosen], "base"))
    assert "and they choose the best epoch of l2: expect less" in warning.sentence


def test_validation_on_the_test_part_that_chooses_nothing_is_told_as_such() -> None:
    warning = sole(audit([treatment("base"), treatment("l2", is_validated_on_test=True)], "base"))
    assert warning.variants == ("l2",)
    assert warning.sentence.startswith("the test part of l2 is the validation data, so val_ metrics are test metrics: ")


def test_early_stopping_of_some_variants_only_is_unequal() -> None:
    warning = sole(audit([treatment("base"), treatment("l2", early_stopping=STOPPING)], "base"))
    assert (warning.kind, warning.variants) == ("unequal early stopping", ("l2",))
    assert warning.sentence == f"early stopping differs: none (base), {STOPPING} (l2)"


def test_one_rule_that_ends_variants_at_different_epochs_is_told_with_the_means() -> None:
    variants = [treatment(name, early_stopping=STOPPING) for name in ("base", "l2", "big")]
    trials = [*stopped("base", 8, 9), *stopped("l2", 9, 9), *stopped("big", 4, 5)]
    warning = sole(audit(variants, "base", trials, metric="val_loss"))
    assert (warning.kind, warning.variants) == ("unequal early stopping", ("big",))
    assert "early stopping ended base after 8.5 of 10 epochs on average, big after 4.5" in warning.sentence


def test_epochs_of_trials_without_a_result_do_not_count_as_stopped() -> None:
    variants = [treatment(name, early_stopping=STOPPING) for name in ("base", "l2")]
    failed = outcome("l2", 1, None, status="diverged").model_copy(update={"epochs": 1})
    trials = [*stopped("base", 8, 8), *stopped("l2", 8), failed]
    assert [each.kind for each in audit(variants, "base", trials, metric="val_loss")] == ["failed seeds left out"]


def test_failed_seeds_are_named_with_how_they_ended() -> None:
    trials = [
        *(outcome("base", seed, 0.5) for seed in range(3)),
        outcome("l2", 0, 0.4),
        outcome("l2", 1, None, status="diverged"),
        outcome("l2", 2, None, status="timeout"),
        outcome("big", 0, None, metric="val_loss"),
    ]
    warning = sole(audit([treatment("base"), treatment("l2"), treatment("big")], "base", trials, metric="val_loss"))
    assert (warning.kind, warning.variants) == ("failed seeds left out", ("l2", "big"))
    assert warning.sentence == (
        "3 of 7 trials have no result and are left out of the averages, which flatters a variant that fails: "
        "l2 2 of 3 (seed 1 diverged; seed 2 timeout) and big 1 of 1 (seed 0 no finite value)"
    )


def test_study_without_any_result_has_no_averages_to_be_unfair() -> None:
    trials = [outcome(name, 0, None, status="failed") for name in ("base", "l2")]
    assert audit([treatment("base"), treatment("l2")], "base", trials, metric="val_loss") == ()


def test_baseline_that_was_not_run_leaves_the_first_variant_to_be_compared_with() -> None:
    warning = sole(audit([treatment("l2"), treatment("big", epochs=20)], "base"))
    assert "200 steps (l2), 400 steps (big)" in warning.sentence


def test_many_variants_are_counted_and_not_all_named() -> None:
    variants = [treatment("base"), *(treatment(f"v{place}", epochs=20) for place in range(9))]
    assert "400 steps (v0, v1, v2, v3 and 5 more)" in sole(audit(variants, "base")).sentence


def test_most_serious_unfairness_comes_first() -> None:
    variants = [treatment("base"), treatment("l2", epochs=5, samples="other", is_validated_on_test=True)]
    kinds = [warning.kind for warning in audit(variants, "base")]
    assert kinds == ["selection on the test set", "unequal steps", "unequal data order"]
