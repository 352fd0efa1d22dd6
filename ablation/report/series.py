"""The curves behind the charts: by seed, averaged over seeds, and where they turn."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ablation.analysis import Direction, metric_direction
from ablation.history import VALIDATION_PREFIX
from ablation.report.drawing import Row
from ablation.report.study import StudyReport

Curve = list[tuple[int, float | None]]

# An axis is cut where the outermost fifth of the values would take more than four fifths of it.
OUTER_SHARE = 0.2
MOST_STRETCH = 5.0
# What stays of them: the values within twice the range of the rest.
KEPT_STRETCH = 2.0
# Of fewer values none can be called an outlier.
FEWEST_TO_CUT = 8
# Beyond this the width of an axis could overflow.
LARGEST = 1e100


@dataclass(frozen=True)
class Domain:
    """The range of an axis; clipped when some values lie outside."""

    low: float
    high: float
    is_clipped: bool

    def cut(self, curve: Curve) -> list[tuple[float, float | None]]:
        """End a curve where it leaves the axis and begin it again where it returns.

        Cut here and not by the chart's own clipping, which makes each line a layer of its own: 40 lines then take two
        seconds to become a PNG.
        """
        points: list[tuple[float, float | None]] = []
        last: tuple[int, float] | None = None
        for epoch, value in curve:
            if value is None:
                last = None
                points.append((epoch, None))
                continue
            if last is not None and self.holds(last[1]) != self.holds(value):
                points.append(self._crossing(last, (epoch, value)))
            points.append((epoch, value if self.holds(value) else None))
            last = epoch, value
        return points

    def holds(self, value: float) -> bool:
        """Say whether a value lies on the axis."""
        return self.low <= value <= self.high

    def _crossing(self, before: tuple[int, float], after: tuple[int, float]) -> tuple[float, float]:
        outside = before[1] if self.holds(after[1]) else after[1]
        edge = self.high if outside > self.high else self.low
        share = (edge - before[1]) / (after[1] - before[1])
        return before[0] + share * (after[0] - before[0]), edge


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
    finished = {(trial.variant, trial.seed) for trial in report.trials if trial.is_finished}
    curves = seed_curves(report, column)
    return {
        variant: _mean([curve for seed, curve in by_seed.items() if (variant, seed) in finished])
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


def final_gaps(report: StudyReport, metric: str) -> dict[str, float]:
    """Return validation - training of each variant's mean curves, at the last epoch that both have."""
    training, validation = mean_curves(report, metric), mean_curves(report, f"{VALIDATION_PREFIX}{metric}")
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
    finished = {(trial.variant, trial.seed) for trial in report.trials if trial.is_finished}
    curves = [
        ((variant, seed) in finished, curve)
        for column in columns
        for variant, by_seed in seed_curves(report, column).items()
        for seed, curve in by_seed.items()
    ]
    domain = axis_domain(values_of([curve for is_finished, curve in curves if is_finished or not finished]))
    shown = [value for value in values_of(curve for _, curve in curves) if value is not None]
    return replace(domain, is_clipped=not all(domain.holds(value) for value in shown))


def axis_domain(values: Iterable[float | None]) -> Domain:
    """Return an axis that shows the values, cut where a few outliers would flatten all others."""
    known = [value for value in values if value is not None]
    finite = sorted(value for value in known if abs(value) < LARGEST)
    if not finite:
        return Domain(0.0, 1.0, is_clipped=bool(known))
    low, high = finite[0], finite[-1]
    outer = math.ceil(OUTER_SHARE * len(finite)) if len(finite) >= FEWEST_TO_CUT else 0
    inner_low, inner_high = finite[outer], finite[len(finite) - 1 - outer]
    if 0 < MOST_STRETCH * (inner_high - low) < high - low:
        high = max(value for value in finite if value - low <= KEPT_STRETCH * (inner_high - low))
    if 0 < MOST_STRETCH * (high - inner_low) < high - low:
        low = min(value for value in finite if high - value <= KEPT_STRETCH * (high - inner_low))
    pad = 0.04 * (high - low) or 0.05 * abs(high) or 0.5
    return Domain(low - pad, high + pad, is_clipped=len(finite) < len(known) or low > finite[0] or high < finite[-1])


def values_of(curves: Iterable[Curve]) -> list[float | None]:
    """Return all values of some curves."""
    return [value for curve in curves for _, value in curve]


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


def _mean(curves: Sequence[Curve]) -> Curve:
    by_epoch: dict[int, list[float]] = {}
    for curve in curves:
        for epoch, value in curve:
            if value is not None:
                by_epoch.setdefault(epoch, []).append(value)
    return [(epoch, statistics.fmean(found)) for epoch, found in sorted(by_epoch.items()) if len(found) == len(curves)]
