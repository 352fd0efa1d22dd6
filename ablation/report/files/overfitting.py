"""When and how much variants overfit, and how well they are calibrated: lines for people, JSON for scripts."""

from __future__ import annotations

import json
import statistics
from typing import Any

from ablation.analysis import (
    OverfittingSummary,
    decimals_for,
    format_number,
    overfitting_line,
    overfitting_sentence,
    summarize_overfitting,
)
from ablation.report.study import StudyReport

OVERFITTING_SCHEMA_VERSION = 1


def overfitting_lines(report: StudyReport) -> list[str]:
    """Return a line a variant, and how the gaps were measured."""
    summaries = summarize_overfitting(report.overfitting)
    lines = [_line(summary, _calibration(report, summary.variant)) for summary in summaries]
    if any(not summary.is_clean for summary in summaries):
        lines.append(
            "in the table by epoch, training losses are measured while training, with dropout and augmentation on, so "
            "gaps look small there; `training.diagnostics: {clean_metrics: true}` measures them without"
        )
    return lines


def overfitting_json(report: StudyReport) -> bytes:
    """Return overfitting.json: the summaries of variants and what was measured of every trial."""
    variants = [
        {**summary.model_dump(mode="json"), **_named(_calibration(report, summary.variant))}
        for summary in summarize_overfitting(report.overfitting)
    ]
    document: dict[str, Any] = {
        "schema_version": OVERFITTING_SCHEMA_VERSION,
        "study": report.study,
        "run_id": report.run_id,
        "answer": overfitting_line(summarize_overfitting(report.overfitting)),
        "variants": variants,
        "trials": {
            variant: {str(seed): each.model_dump(mode="json") for seed, each in by_seed.items()}
            for variant, by_seed in report.overfitting.items()
        },
    }
    return (json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")


def _line(summary: OverfittingSummary, calibration: list[float]) -> str:
    parts = [overfitting_sentence(summary)]
    if summary.trained_gap is not None:
        gap = _with_spread(summary.trained_gap, summary.trained_gap_sd)
        parts.append(f"validation loss - training loss of the trained model is {gap}, dropout off")
    if calibration:
        spread = statistics.stdev(calibration) if len(calibration) > 1 else None
        parts.append(f"calibration error {_with_spread(statistics.fmean(calibration), spread)}")
    return "; ".join(parts)


def _with_spread(mean: float, sd: float | None) -> str:
    if not sd:
        return format_number(mean)
    decimals = decimals_for(sd)
    return f"{format_number(mean, decimals)} (sd {format_number(sd, decimals)})"


def _calibration(report: StudyReport, variant: str) -> list[float]:
    errors = [each.calibration_error for each in report.assessments.get(variant, {}).values()]
    return [error for error in errors if error is not None]


def _named(errors: list[float]) -> dict[str, float | None]:
    return {
        "calibration_error": statistics.fmean(errors) if errors else None,
        "calibration_error_sd": statistics.stdev(errors) if len(errors) > 1 else None,
    }
