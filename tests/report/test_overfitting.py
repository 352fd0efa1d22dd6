"""Overfitting, calibration and fairness in the files of a run."""

from __future__ import annotations

import json
import re

import pytest

from ablation.analysis import FairnessWarning, Overfitting, measure_overfitting
from ablation.history import History
from ablation.records import Assessment
from ablation.report import StudyReport
from ablation.report.charts.figures import study_figures
from ablation.report.charts.learning import picture_gaps
from ablation.report.files.model_card import model_card
from ablation.report.files.overfitting import overfitting_json
from ablation.report.files.tables import effects_json, summary_csv
from ablation.report.page.numbers import overfitting_columns, overfitting_rows
from ablation.report.page.page import study_page

from .studies import Page, study
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
    section = card.split("## Overfitting\n\n")[1].split("\n\n## ")[0].splitlines()
    assert section[0] == "- original and l2 overfit from epoch 3 on (3 of 3 seeds each)"
    assert section[1].startswith("- validation loss - training loss of the trained model, dropout off: original 0.5")
    assert section[2:4] == ["- calibration error: original 0.1", ""]
    assert section[4].startswith("Training losses by epoch are measured during training, with dropout")
    assert section[4].endswith("training.diagnostics: {clean\\_metrics: true}.")


def page_of(report: StudyReport) -> Page:
    return Page(study_page(report, {figure.name: figure for figure in study_figures(report)}))


def with_overfitting(report: StudyReport, **update: object) -> StudyReport:
    changed = {
        variant: {seed: found.model_copy(update=update) for seed, found in by_seed.items()}
        for variant, by_seed in report.overfitting.items()
    }
    return report.model_copy(update={"overfitting": changed})


def test_page_names_the_two_kinds_of_gaps_apart(measured_report: StudyReport) -> None:
    text = page_of(measured_report).text
    assert "training loss as measured during training, dropout on; without penalty" in text
    assert "Mean gap at the last epoch, training loss as measured during training, dropout on: original" in text
    for column in ("gap at the last epoch, dropout on", "gap of the trained model, dropout off"):
        assert column in text
    assert "training.diagnostics: {clean_metrics: true}" in text and "`" not in text


def test_page_of_gaps_with_dropout_off_knows_one_kind_and_has_no_note(measured_report: StudyReport) -> None:
    text = page_of(with_overfitting(measured_report, is_clean=True)).text
    assert "training loss with dropout off; without penalty" in text
    assert "gap at the last epoch, dropout" not in text and "Training losses by epoch" not in text


def test_gap_of_trained_models_has_a_column_only_where_it_is_known(measured_report: StudyReport) -> None:
    unknown = with_overfitting(measured_report, trained_gap=None)
    assert len(overfitting_columns(measured_report)) == 7 and len(overfitting_columns(unknown)) == 6
    assert [len(row.numbers) for row in overfitting_rows(unknown)] == [6, 6]


def test_note_on_gaps_is_left_out_where_the_run_is_too_short(measured_report: StudyReport) -> None:
    short = with_overfitting(measured_report, epochs=(1, 2), gaps=(0.1, 0.2), turning_epoch=None)
    text = page_of(short).text
    assert "original and l2: 2 epochs are too few to tell when they overfit" in text
    assert "Training losses by epoch" not in text


def test_gap_of_the_last_epoch_stands_in_one_caption_in_the_digits_of_the_table(measured_report: StudyReport) -> None:
    figures = {figure.name: figure for figure in study_figures(measured_report)}
    assert figures["learning_curves"].caption == "The distance of the two lines is the gap."
    gaps = dict(re.findall(r"(original|l2) (-?[\d.]*\d)", figures["gap"].caption))
    columns = overfitting_columns(measured_report)
    rows = {row.variant: dict(zip(columns, row.numbers, strict=True)) for row in overfitting_rows(measured_report)}
    assert gaps == {name: row["gap at the last epoch, dropout on"].text for name, row in rows.items()}


@pytest.mark.parametrize(("epochs", "dots"), [(2, 2 * 4), (6, 0)])
def test_zero_line_of_the_gaps_has_no_dots(epochs: int, dots: int) -> None:
    report = study(("original",), epochs=epochs)
    histories = report.histories["original"]
    overfitting = {"original": {seed: measured(each, report, "original", seed) for seed, each in histories.items()}}
    (panel,) = picture_gaps(report.model_copy(update={"overfitting": overfitting})).panels
    assert panel.content.count("<circle") == dots


def test_study_without_histories_has_no_words_on_overfitting() -> None:
    report = study()
    assert json.loads(overfitting_json(report))["variants"] == []
    assert "## Overfitting" not in model_card(report).decode()
