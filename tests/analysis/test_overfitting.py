"""The generalisation gap of a trial, its summary over seeds, and both in words."""

from __future__ import annotations

import math

import pytest

from ablation.analysis import (
    Overfitting,
    OverfittingSummary,
    measure_overfitting,
    overfitting_line,
    overfitting_sentences,
    summarize_overfitting,
)
from ablation.history import History

TURNS_AT_3 = [1.0, 0.6, 0.5, 0.6, 0.7, 0.8]
FALLS = [1.0, 0.9, 0.8, 0.7, 0.6, 0.5]


def history(val_loss: list[float], loss: list[float] | None = None, **more: list[float]) -> History:
    train = [0.9 - 0.1 * place for place in range(len(val_loss))] if loss is None else loss
    epochs = [float(place + 1) for place in range(len(val_loss))]
    return History(columns={"epoch": epochs, "loss": train, "val_loss": val_loss, **more})


def measured(val_loss: list[float], loss: list[float] | None = None, **more: list[float]) -> Overfitting:
    found = measure_overfitting(history(val_loss, loss, **more))
    assert found is not None
    return found


def summary(variant: str, *curves: list[float], loss: list[float] | None = None) -> OverfittingSummary:
    trials = {seed: measured(curve, loss) for seed, curve in enumerate(curves)}
    return summarize_overfitting({variant: trials})[0]


def test_gap_is_validation_minus_training_loss_with_its_area_by_trapezoids() -> None:
    found = measured([1.0, 0.5, 0.75], [0.5, 0.25, 0.25])
    assert found.epochs == (1, 2, 3)
    assert found.gaps == (0.5, 0.25, 0.5)
    assert found.area == pytest.approx((0.5 + 0.25) / 2 + (0.25 + 0.5) / 2)
    assert (found.best_epoch, found.best_gap, found.last_gap) == (2, 0.25, 0.5)
    assert not found.is_clean


def test_gap_is_of_the_clean_loss_where_that_was_measured() -> None:
    found = measured([1.0, 0.5], [0.9, 0.8], clean_loss=[0.75, 0.25])
    assert found.is_clean
    assert found.gaps == (0.25, 0.25)


def test_gap_of_the_trained_model_is_that_of_its_metrics() -> None:
    found = measure_overfitting(history([1.0, 0.5]), {"val_loss": 0.5, "train_loss": 0.125, "val_accuracy": 1.0})
    assert found is not None
    assert found.trained_gap == 0.375
    assert measured([1.0, 0.5]).trained_gap is None


def test_turning_epoch_is_counted_as_in_the_history() -> None:
    found = measured(TURNS_AT_3)
    assert (found.turning_epoch, found.best_epoch) == (3, 3)
    assert found.is_overfit


def test_losses_that_rise_together_are_no_overfitting() -> None:
    found = measured(TURNS_AT_3, loss=[0.8, 0.4, 0.3, 0.5, 0.7, 0.9])
    assert found.turning_epoch == 3
    assert not found.is_overfit


def test_epochs_without_a_finite_loss_are_gaps_in_the_gap() -> None:
    found = measured([1.0, math.nan, 0.5, math.inf], [0.5, 0.4, 0.25, math.nan])
    assert found.gaps == (0.5, None, 0.25, None)
    assert found.area == pytest.approx(2 * (0.5 + 0.25) / 2)
    assert (found.best_epoch, found.last_gap) == (3, None)
    assert found.turning_epoch is None


def test_turn_before_a_divergence_is_found() -> None:
    assert measured([*TURNS_AT_3, math.inf]).turning_epoch == 3


def test_one_epoch_has_a_gap_and_no_area() -> None:
    found = measured([0.75], [0.5])
    assert (found.last_gap, found.best_gap, found.area, found.turning_epoch) == (0.25, 0.25, None, None)


def test_history_without_a_finite_loss_has_nothing_to_tell() -> None:
    found = measured([math.nan, math.nan])
    assert (found.best_epoch, found.best_gap, found.last_gap, found.area) == (None, None, None, None)


@pytest.mark.parametrize("missing", ["loss", "val_loss"])
def test_history_without_both_losses_is_not_measured(missing: str) -> None:
    columns = dict(history([1.0, 0.5]).columns)
    del columns[missing]
    assert measure_overfitting(History(columns=columns)) is None


def test_training_that_was_stopped_early_turns_if_it_went_on_for_three_epochs() -> None:
    assert measured([1.0, 0.6, 0.5, 0.6, 0.7, 0.8]).turning_epoch == 3
    assert measured([1.0, 0.6, 0.5, 0.6, 0.7]).turning_epoch is None


def test_summary_has_means_and_spreads_over_seeds() -> None:
    found = summary("big", [1.0, 0.5], [1.0, 0.7], loss=[0.5, 0.5])
    assert (found.seeds, found.is_clean, found.epochs) == (2, False, 2)
    assert found.last_gap == pytest.approx(0.1)
    assert found.last_gap_sd == pytest.approx(math.sqrt(0.02))
    assert found.area == pytest.approx((0.25 + 0.35) / 2)
    assert (found.trained_gap, found.trained_gap_sd) == (None, None)


@pytest.mark.parametrize(
    ("curves", "overfits_from"),
    [
        ([TURNS_AT_3], 3),
        ([TURNS_AT_3, FALLS], None),
        ([TURNS_AT_3, FALLS, TURNS_AT_3], 3),
        ([TURNS_AT_3, [0.6, 0.5, 0.6, 0.7, 0.8, 0.9]], 3),
        ([FALLS, FALLS, TURNS_AT_3], None),
    ],
)
def test_variant_overfits_from_the_epoch_where_more_than_half_of_its_seeds_do(
    curves: list[list[float]], overfits_from: int | None
) -> None:
    assert summary("big", *curves).overfits_from == overfits_from


def test_variant_without_a_history_has_no_summary() -> None:
    assert summarize_overfitting({"big": {}}) == ()


def test_line_begins_with_what_overfits_first() -> None:
    late = [1.0, 0.8, 0.7, 0.6, 0.5, 0.6, 0.7, 0.8]
    summaries = [summary("smaller", late), summary("l2", FALLS), summary("bigger", TURNS_AT_3)]
    assert overfitting_line(summaries) == (
        "bigger overfits from epoch 3 on; smaller overfits from epoch 5 on; "
        "the validation loss of l2 does not turn up for good"
    )


def test_line_names_six_variants_at_most() -> None:
    summaries = [summary(f"v{place}", TURNS_AT_3) for place in range(8)]
    summaries += [summary(f"w{place}", FALLS) for place in range(7)]
    assert overfitting_line(summaries).endswith(
        "v5 overfits from epoch 3 on; 2 more later; the validation loss of 7 others does not turn up for good"
    )


def test_line_of_variants_that_do_not_overfit_is_short() -> None:
    assert overfitting_line([summary("l1", FALLS), summary("l2", FALLS)]) == (
        "no variant's validation loss turns up for good"
    )


def test_line_of_few_epochs_is_empty() -> None:
    assert overfitting_line([summary("big", [1.0, 0.5, 0.6])]) == ""


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (summary("big", TURNS_AT_3, TURNS_AT_3), "big overfits from epoch 3 on (2 of 2 seeds)"),
        (summary("big", TURNS_AT_3, FALLS), "big overfits with 1 of 2 seeds only"),
        (summary("big", FALLS), "big: validation loss does not turn up for good within 6 epochs"),
        (summary("big", [1.0, 0.5]), "big: 2 epochs are too few to tell when it overfits"),
        (
            summary("big", TURNS_AT_3, loss=[0.8, 0.4, 0.3, 0.5, 0.7, 0.9]),
            "big does not overfit: where its validation loss rises, so does its training loss",
        ),
    ],
)
def test_sentence_of_a_variant(found: OverfittingSummary, sentence: str) -> None:
    assert overfitting_sentences([found]) == [sentence]


def test_variants_of_which_the_same_is_known_share_a_sentence() -> None:
    summaries = [summary("l2", FALLS), summary("big", TURNS_AT_3), summary("dropout", FALLS), summary("both", FALLS)]
    assert overfitting_sentences(summaries) == [
        "l2, dropout and both: validation loss does not turn up for good within 6 epochs",
        "big overfits from epoch 3 on (1 of 1 seeds)",
    ]


@pytest.mark.parametrize(
    ("curves", "sentence"),
    [
        ([TURNS_AT_3, TURNS_AT_3], "a and b overfit from epoch 3 on (2 of 2 seeds each)"),
        ([TURNS_AT_3, FALLS], "a and b overfit with 1 of 2 seeds each only"),
        ([[1.0, 0.5]], "a and b: 2 epochs are too few to tell when they overfit"),
    ],
)
def test_sentence_of_two_variants_is_in_the_plural(curves: list[list[float]], sentence: str) -> None:
    assert overfitting_sentences([summary("a", *curves), summary("b", *curves)]) == [sentence]
