"""The numbers of a study as files: CSV for people, JSON for scripts."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence

from ablation.analysis import answer_lines, headline
from ablation.records import TrialOutcome
from ablation.report.drawing.rendering import Row
from ablation.report.study import StudyReport

EFFECTS_SCHEMA_VERSION = 1
OVERFITTING_COLUMNS = ("lowest_val_loss_epoch", "turning_epoch", "gap_area", "trained_gap", "calibration_error")


def csv_bytes(rows: Iterable[Row], columns: Sequence[str]) -> bytes:
    """Write rows as CSV; a missing value is an empty cell."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def summary_csv(report: StudyReport) -> bytes:
    """Return one row a trial, failed ones included."""
    metrics = report.metric_names()
    rows: list[Row] = [
        {
            "variant": trial.variant,
            "seed": trial.seed,
            "status": trial.status,
            **trial.metrics,
            "epochs": trial.epochs,
            "best_epoch": trial.best_epoch,
            **_overfitting(report, trial),
            "train_s": trial.train_s,
            "cpu_s": trial.cpu_s,
            "parameters": trial.parameters,
            "peak_rss_bytes": trial.peak_rss_bytes,
            "error": trial.error,
        }
        for trial in report.trials
    ]
    measured = ("epochs", "best_epoch", *OVERFITTING_COLUMNS)
    costs = (*measured, "train_s", "cpu_s", "parameters", "peak_rss_bytes", "error")
    return csv_bytes(rows, ("variant", "seed", "status", *metrics, *costs))


def _overfitting(report: StudyReport, trial: TrialOutcome) -> Row:
    measured = report.overfitting.get(trial.variant, {}).get(trial.seed)
    assessed = report.assessments.get(trial.variant, {}).get(trial.seed)
    row: Row = dict.fromkeys(OVERFITTING_COLUMNS)
    if measured is not None:
        row["lowest_val_loss_epoch"], row["turning_epoch"] = measured.best_epoch, measured.turning_epoch
        row["gap_area"], row["trained_gap"] = measured.area, measured.trained_gap
    if assessed is not None:
        row["calibration_error"] = assessed.calibration_error
    return row


def effects_csv(report: StudyReport) -> bytes:
    """Return one row a variant, with its difference to the baseline in all and for each seed."""
    seeds = [f"seed_{seed}" for seed in report.seeds]
    rows: list[Row] = [
        {
            "variant": effect.variant,
            "verdict": effect.verdict,
            "difference": effect.difference,
            "low": effect.low,
            "high": effect.high,
            "pairs": effect.pairs,
            "p_value": effect.p_value,
            "p_t": effect.p_t,
            "p_adjusted": effect.p_adjusted,
            "time_ratio": None if effect.cost is None else effect.cost.time_ratio,
            "parameters_more": None if effect.cost is None else effect.cost.parameters,
            **{f"seed_{seed}": effect.differences.get(seed) for seed in report.seeds},
        }
        for effect in report.comparison.ranked_effects()
    ]
    numbers = ("difference", "low", "high", "pairs", "p_value", "p_t", "p_adjusted", "time_ratio", "parameters_more")
    return csv_bytes(rows, ("variant", "verdict", *numbers, *seeds))


def effects_json(report: StudyReport) -> bytes:
    """Return the comparison and its answer in words, for scripts and dashboards.

    docs/results.md describes it. The version counts up when a field goes or means something else, not for new ones.
    """
    comparison = report.comparison
    document = {
        "schema_version": EFFECTS_SCHEMA_VERSION,
        "study": report.study,
        "run_id": report.run_id,
        "headline": headline(comparison),
        "answer": answer_lines(comparison, report.trials, report.caveats),
        **comparison.model_dump(mode="json"),
        "others": {name: other.model_dump(mode="json") for name, other in report.others.items()},
        "fairness": [warning.model_dump(mode="json") for warning in report.fairness],
        "gates": [gate.model_dump(mode="json") for gate in report.gates],
    }
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")
