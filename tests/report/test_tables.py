"""The numbers of a study as files."""

from __future__ import annotations

import csv
import io
import json
import re

from ablation.report import StudyReport
from ablation.report.files.model_card import model_card

from .rich import rich_study
from .studies import study


def rows_of(content: bytes) -> list[dict[str, str]]:
    """Read a CSV file."""
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_summary_has_a_row_a_trial_failed_ones_included(files: dict[str, bytes]) -> None:
    rows = rows_of(files["summary.csv"])
    assert [(row["variant"], row["seed"]) for row in rows][:4] == [
        ("original", "0"),
        ("original", "1"),
        ("original", "2"),
        ("l2", "0"),
    ]
    assert len(rows) == 9
    failed = rows[-1]
    assert (failed["status"], failed["val_loss"], failed["error"]) == ("timeout", "", "the loss was <b>nan</b>")


def test_summary_columns_begin_with_the_compared_metric(files: dict[str, bytes]) -> None:
    header = files["summary.csv"].decode().splitlines()[0]
    overfitting = "lowest_val_loss_epoch,turning_epoch,gap_area,trained_gap,calibration_error"
    expected = (
        f"variant,seed,status,val_loss,test_accuracy,epochs,best_epoch,{overfitting},"
        "train_s,cpu_s,parameters,peak_rss_bytes,error"
    )
    assert header == expected


def test_curves_csv_has_a_row_a_seed_and_epoch_with_gaps_empty(files: dict[str, bytes]) -> None:
    rows = rows_of(files["validation_loss.csv"])
    assert len(rows) == 9 * 6
    assert rows[0] == {"variant": "original", "seed": "0", "epoch": "1", "val_loss": "2.2"}
    assert rows[-1]["val_loss"] == ""


def test_effects_csv_has_every_seeds_difference(files: dict[str, bytes]) -> None:
    rows = {row["variant"]: row for row in rows_of(files["effects.csv"])}
    assert rows["dropout"]["pairs"] == "1" and rows["dropout"]["seed_1"] == "" and rows["dropout"]["low"] == ""
    assert float(rows["l2"]["seed_1"]) < 0


def test_effects_json_holds_the_answer_and_the_comparison(files: dict[str, bytes], report: StudyReport) -> None:
    document = json.loads(files["effects.json"])
    assert document["schema_version"] == 1
    assert document["headline"].startswith("l2 helps")
    assert document["effects"] == report.comparison.model_dump(mode="json")["effects"]
    assert document["answer"][-1].startswith("[!] ")


def test_model_card_has_answer_limits_and_command(files: dict[str, bytes]) -> None:
    card = files["model_card.md"].decode()
    assert card.startswith("# overfitting\n")
    assert "- the test set was used for validation" in card
    assert "```sh\nablate run specs/overfitting.yaml\n```" in card
    assert "([log](variants/dropout/seed-1/log.txt))" in card


def test_model_card_has_results_with_intervals_fairness_and_use() -> None:
    card = model_card(rich_study(("baseline", "dropout"), seeds=2, epochs=4)).decode()
    titles = [line.removeprefix("## ") for line in card.splitlines() if line.startswith("## ")]
    assert titles[:4] == ["Answer", "Intended use", "Limits", "Fairness of the comparison"]
    assert {"Results: val\\_loss", "Results: other metrics", "Overfitting", "Data", "Training"} <= set(titles)
    assert "- selection on the test set: the test set chose every epoch" in card
    assert re.search(r"\| dropout \| \w+ \| -?[\d.]+ \(-?[\d.]+ to -?[\d.]+\) \|", card)
    assert "- test part: 10,000 samples" in card
    assert re.search(r"- parameters: 102,470 to 102,570", card)


def test_study_report_survives_json() -> None:
    report = study(failed={("l2", 1): "diverged"})
    copy = type(report).model_validate_json(report.model_dump_json())
    assert copy.histories["l2"][0] == report.histories["l2"][0]
    assert copy.histories["l2"][1].curve("loss") == report.histories["l2"][1].curve("loss")
