"""Overfitting, calibration and fairness in the files of a run."""

from __future__ import annotations

import json

import pytest

from ablation.analysis import FairnessWarning, Overfitting, measure_overfitting
from ablation.history import History
from ablation.records import Assessment
from ablation.report import StudyReport
from ablation.report.files.model_card import model_card
from ablation.report.files.overfitting import overfitting_json
from ablation.report.files.tables import effects_json, summary_csv

from .studies import study
from .test_tables import rows_of

UNFAIR = FairnessWarning(kind="unequal steps", sentence="l2 is trained for 10 steps only", variants=("l2",))


@pytest.fixture(scope="module")
def measured_report() -> StudyReport:
    """Return a study that overfits from epoch 3 on, has a calibration error of a tenth, and is not fair."""
    report = study()
    overfitting = {
        variant: {seed: measured(history, report, variant, seed) for seed, history in by_seed.items()}
        for variant, by_seed in report.histories.items()
    }
    assessment = Assessment(samples=10, calibration_error=0.1)
    assessments = {"original": dict.fromkeys(report.seeds, assessment), "l2": {0: Assessment(samples=10)}}
    return report.model_copy(update={"overfitting": overfitting, "assessments": assessments, "fairness": (UNFAIR,)})


def measured(history: History, report: StudyReport, variant: str, seed: int) -> Overfitting:
    (trial,) = (trial for trial in report.trials if (trial.variant, trial.seed) == (variant, seed))
    found = measure_overfitting(history, trial.metrics | {"train_loss": trial.metrics["val_loss"] - 0.5})
    assert found is not None
    return found


def test_overfitting_json_has_the_answer_the_variants_and_every_trial(measured_report: StudyReport) -> None:
    document = json.loads(overfitting_json(measured_report))
    assert document["schema_version"] == 1
    assert document["answer"] == "original overfits from epoch 3 on; l2 overfits from epoch 3 on"
    original, l2 = document["variants"]
    assert (original["variant"], original["overfits_from"], original["overfit_seeds"]) == ("original", 3, 3)
    assert original["trained_gap"] == pytest.approx(0.5)
    assert (original["calibration_error"], original["calibration_error_sd"]) == (pytest.approx(0.1), 0)
    assert (l2["calibration_error"], l2["calibration_error_sd"]) == (None, None)
    assert document["trials"]["l2"]["2"]["turning_epoch"] == 3
    assert len(document["trials"]["l2"]["2"]["gaps"]) == 6


def test_summary_has_best_epochs_gap_and_calibration_of_each_trial(measured_report: StudyReport) -> None:
    first, *_, last = rows_of(summary_csv(measured_report))
    assert (first["best_epoch"], first["lowest_val_loss_epoch"], first["turning_epoch"]) == ("", "3", "3")
    assert float(first["trained_gap"]) == pytest.approx(0.5)
    assert float(first["gap_area"]) > 0
    assert (first["calibration_error"], last["calibration_error"]) == ("0.1", "")


def test_unfairness_is_in_the_json_the_answer_and_the_model_card(measured_report: StudyReport) -> None:
    document = json.loads(effects_json(measured_report))
    assert document["fairness"] == [UNFAIR.model_dump(mode="json")]
    assert "[!] unequal steps: l2 is trained for 10 steps only" in document["answer"]
    assert "- unequal steps: l2 is trained for 10 steps only" in model_card(measured_report).decode()


def test_model_card_says_when_each_variant_overfits_and_how_that_was_measured(
    measured_report: StudyReport,
) -> None:
    card = model_card(measured_report).decode()
    section = card.split("## Overfitting\n\n")[1].split("\n\n")[0].splitlines()
    assert section[0].startswith("- original overfits from epoch 3 on (3 of 3 seeds); validation loss - training loss")
    assert section[0].endswith("0.5, dropout off; calibration error 0.1")
    assert "with dropout and augmentation" in section[2]


def test_study_without_histories_has_no_words_on_overfitting() -> None:
    report = study()
    assert json.loads(overfitting_json(report))["variants"] == []
    assert "## Overfitting" not in model_card(report).decode()
