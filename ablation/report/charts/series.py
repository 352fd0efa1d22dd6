"""The curves behind the charts: by seed, averaged over seeds, and where they turn."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace

from ablation.analysis import Direction, metric_direction
from ablation.report.drawing.domain import Curve, Domain, axis_domain, values_of
from ablation.report.drawing.rendering import Row
from ablation.report.study import StudyReport


def finished_trials(report: StudyReport) -> set[tuple[str, int]]:
    """Return variant and seed of every trial with a result."""
    return {(trial.variant, trial.seed) for trial in report.trials if trial.is_finished}


def seed_curves(report: StudyReport, column: str) -> dict[str, dict[int, Curve]]:
    """Return the curve of every trial that left one, by variant and seed, in the order of the plan."""
    curves: dict[str, dict[int, Curve]] = {variant: {} for variant in report.variants}
    for trial in report.trials:
        history = report.history(trial)
        curve = history.curve(column) if history else []
        if curve:
            curves[trial.variant][trial.seed] = curve
    return curves


def mean_curves(report: StudyReport, column: str) -> dict[str, Curve]:
    """Return the mean over a variant's finished seeds, drawn while all of them run.

    Past the epoch where the first seed stops, a mean would jump for no other reason than that one is missing.
    """
    finished = finished_trials(report)
    curves = seed_curves(report, column)
    return {
        variant: mean_of([curve for seed, curve in by_seed.items() if (variant, seed) in finished])
        for variant, by_seed in curves.items()
    }


def turning_points(report: StudyReport, column: str) -> dict[str, tuple[int, float]]:
    """Return where the mean curve of each variant is best: after that epoch it overfits."""
    best = min if direction_of(column) == "min" else max
    found: dict[str, tuple[int, float]] = {}
    for variant, curve in mean_curves(report, column).items():
        points = [(epoch, value) for epoch, value in curve if value is not None]
        if points:
            found[variant] = best(points, key=lambda point: point[1])
    return found


def direction_of(column: str) -> Direction:
    """Return which way a column is better; a name that does not tell is taken for an error."""
    try:
        return metric_direction(column)
    except ValueError:
        return "min"


def final_gaps(report: StudyReport, validation_column: str, training_column: str) -> dict[str, float]:
    """Return validation - training of each variant's mean curves, at the last epoch that both have."""
    training, validation = mean_curves(report, training_column), mean_curves(report, validation_column)
    gaps: dict[str, float] = {}
    for variant in report.variants:
        before = {epoch: value for epoch, value in training[variant] if value is not None}
        pairs = [
            (value, before[epoch]) for epoch, value in validation[variant] if value is not None and epoch in before
        ]
        if pairs:
            gaps[variant] = pairs[-1][0] - pairs[-1][1]
    return gaps


def study_domain(report: StudyReport, columns: Sequence[str]) -> Domain:
    """Return the axis of some columns: it shows the finished trials, and of the failed ones what it can."""
    finished = finished_trials(report)
    curves = [
        ((variant, seed) in finished, curve)
        for column in columns
        for variant, by_seed in seed_curves(report, column).items()
        for seed, curve in by_seed.items()
    ]
    domain = axis_domain(values_of([curve for is_finished, curve in curves if is_finished or not finished]))
    shown = [value for value in values_of(curve for _, curve in curves) if value is not None]
    return replace(domain, is_clipped=not all(domain.holds(value) for value in shown))


def csv_rows(report: StudyReport, columns: Sequence[str]) -> list[Row]:
    """Return one row a variant, seed and epoch, with the given columns."""
    curves = {column: seed_curves(report, column) for column in columns}
    rows: dict[tuple[str, int, int], Row] = {}
    for column, by_variant in curves.items():
        for variant, by_seed in by_variant.items():
            for seed, curve in by_seed.items():
                for epoch, value in curve:
                    row = rows.setdefault((variant, seed, epoch), {"variant": variant, "seed": seed, "epoch": epoch})
                    row[column] = value
    return list(rows.values())


def mean_of(curves: Sequence[Curve]) -> Curve:
    """Return the mean of some curves over the epochs that all of them have."""
    by_epoch: dict[int, list[float]] = {}
    for curve in curves:
        for epoch, value in curve:
            if value is not None:
                by_epoch.setdefault(epoch, []).append(value)
    return [(epoch, statistics.fmean(found)) for epoch, found in sorted(by_epoch.items()) if len(found) == len(curves)]
