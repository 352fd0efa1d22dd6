"""When and how much variants overfit, and how well they are calibrated: lines for people, JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from statistics import fmean, stdev
from typing import Any

from ablation.analysis import (
    decimals_for,
    format_number,
    overfitting_line,
    overfitting_sentences,
    summarize_overfitting,
)
from ablation.report.study import StudyReport

OVERFITTING_SCHEMA_VERSION = 1
# The note on gaps ends in the setting, which the page writes as code.
GAP_NOTE = (
    "Training losses by epoch are measured during training, with dropout and augmentation on, where there are any, "
    "so gaps by epoch look small. To measure them without:"
)
GAP_SETTING = "training.diagnostics: {clean_metrics: true}"


def overfitting_lines(report: StudyReport) -> list[str]:
    """Return when the variants overfit; those of which the same is known share a line."""
    return overfitting_sentences(summarize_overfitting(report.overfitting))


def measured_lines(report: StudyReport) -> list[str]:
    """Return the gap of the trained models and their calibration error, where they were measured."""
    summaries = summarize_overfitting(report.overfitting)
    gaps = [
        f"{each.variant} {_with_spread(each.trained_gap, each.trained_gap_sd)}"
        for each in summaries
        if each.trained_gap is not None
    ]
    errors = {each.variant: _calibration(report, each.variant) for each in summaries}
    calibration = [f"{name} {_with_spread(fmean(found), _spread(found))}" for name, found in errors.items() if found]
    lines = [("validation loss - training loss of the trained model, dropout off", gaps)]
    lines += [("calibration error", calibration)]
    return [f"{what}: {', '.join(found)}" for what, found in lines if found]


def is_gap_note_due(report: StudyReport) -> bool:
    """Whether gaps by epoch are measured with dropout on, in a run that is long enough to tell anything."""
    return any(not each.is_clean and each.can_be_told for each in summarize_overfitting(report.overfitting))


def mean_text(values: Sequence[float]) -> str:
    """Write a mean with the digits that the spread of its values allows."""
    spread = _spread(values)
    return format_number(fmean(values), decimals_for(spread) if spread else None)


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


def _with_spread(mean: float, sd: float | None) -> str:
    if not sd:
        return format_number(mean)
    decimals = decimals_for(sd)
    return f"{format_number(mean, decimals)} (sd {format_number(sd, decimals)})"


def _spread(values: Sequence[float]) -> float | None:
    return stdev(values) if len(values) > 1 else None


def _calibration(report: StudyReport, variant: str) -> list[float]:
    errors = [each.calibration_error for each in report.assessments.get(variant, {}).values()]
    return [error for error in errors if error is not None]


def _named(errors: list[float]) -> dict[str, float | None]:
    return {
        "calibration_error": fmean(errors) if errors else None,
        "calibration_error_sd": _spread(errors),
    }
