"""Whether a model is as sure as it is right: accuracy over confidence; and what a regression is off by."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ablation.records import ReliabilityBin, Residuals
from ablation.report import theme
from ablation.report.charts.assessments.assessed import assessed_variants, assessments_of, pooled_reliability
from ablation.report.drawing.picture import Key, Panel, Picture
from ablation.report.drawing.rendering import Row
from ablation.report.drawing.svg import BOLD, box, dot, label, rule, shorten, text
from ablation.report.drawing.ticks import tick_labels, value_ticks
from ablation.report.study import StudyReport

MOST_VARIANTS = 8
SIDE = 200
LEFT, TOP, FOOT = 56, 44, 44
RELIABILITY_COLUMNS = ("low", "high", "count", "confidence", "accuracy")
LEAST_RADIUS, MOST_RADIUS = 2.5, 8.0


def reliabilities(report: StudyReport) -> dict[str, list[ReliabilityBin]]:
    """Return the bins of all seeds of the baseline, the best and those that differ most."""
    names = assessed_variants(report, lambda assessment: assessment.reliability, MOST_VARIANTS)
    return {
        name: pooled_reliability(
            [each.reliability for each in assessments_of(report, name, lambda one: one.reliability).values()]
        )
        for name in names
    }


def calibration_errors(report: StudyReport, variant: str) -> list[float]:
    """Return the expected calibration error of each seed."""
    found = report.assessments.get(variant, {}).values()
    return [each.calibration_error for each in found if each.calibration_error is not None]


def picture_reliability(report: StudyReport, found: dict[str, list[ReliabilityBin]]) -> Picture:
    """Draw a diagram a variant: on the diagonal it is as often right as it says."""
    colours = theme.colours_of(report.variants, report.baseline)
    panels = []
    for name, bins in found.items():
        errors = calibration_errors(report, name)
        remark = f"error {sum(errors) / len(errors):.3f}" if errors else ""
        panels.append(_diagram(name, remark, bins, colours[name]))
    return Picture(
        "Is it as sure as it is right",
        tuple(panels),
        columns=4,
        notes=("below the diagonal: too sure; a larger dot: more samples; error: expected calibration error",),
        keys=(
            Key("as sure as right", theme.MUTED, "dash"),
            Key("predictions of about one confidence", theme.MUTED, "dot"),
        ),
    )


def reliability_rows(found: dict[str, list[ReliabilityBin]]) -> list[Row]:
    """Return a row a variant and bin."""
    return [
        {"variant": name, **one.model_dump(include=set(RELIABILITY_COLUMNS))}
        for name, bins in found.items()
        for one in bins
    ]


def residuals_of(report: StudyReport) -> dict[str, tuple[int, Residuals]]:
    """Return the residuals of the first seed that has some, by variant, with that seed."""
    names = assessed_variants(report, lambda assessment: assessment.residuals, MOST_VARIANTS)
    found: dict[str, tuple[int, Residuals]] = {}
    for name in names:
        seed, assessment = next(iter(assessments_of(report, name, lambda each: each.residuals).items()))
        if assessment.residuals is not None:
            found[name] = seed, assessment.residuals
    return found


def picture_residuals(report: StudyReport, found: dict[str, tuple[int, Residuals]]) -> Picture:
    """Draw a histogram a variant, all with the same axis."""
    colours = theme.colours_of(report.variants, report.baseline)
    edges = [edge for _, residuals in found.values() for edge in residuals.edges]
    span = (min(edges), max(edges)) if edges and max(edges) > min(edges) else (-1.0, 1.0)
    panels = tuple(_histogram(name, seed, each, span, colours[name]) for name, (seed, each) in found.items())
    notes = ("prediction - target over the test part, in the unit of the target",)
    return Picture("What the predictions are off by", panels, columns=4, notes=notes)


def residual_rows(found: dict[str, tuple[int, Residuals]]) -> list[Row]:
    """Return a row a variant and bin."""
    return [
        {"variant": name, "seed": seed, "low": low, "high": high, "samples": count}
        for name, (seed, each) in found.items()
        for low, high, count in zip(each.edges[:-1], each.edges[1:], each.counts, strict=True)
    ]


def _diagram(name: str, remark: str, bins: Sequence[ReliabilityBin], colour: str) -> Panel:
    most = max((one.count for one in bins), default=1) or 1
    parts = [*_heading(name, remark), *_unit_axes()]
    parts.append(rule((LEFT, TOP + SIDE), (LEFT + SIDE, TOP), theme.MUTED, style='stroke-dasharray="4 3"'))
    places = [
        (LEFT + SIDE * one.confidence, TOP + SIDE * (1 - one.accuracy), one.count)
        for one in bins
        if one.confidence is not None and one.accuracy is not None and one.count
    ]
    parts += [rule(before[:2], after[:2], colour, 1.5) for before, after in pairwise(places)]
    for x, y, count in places:
        parts.append(dot((x, y), LEAST_RADIUS + (MOST_RADIUS - LEAST_RADIUS) * (count / most) ** 0.5, colour))
    return Panel("".join(parts), LEFT + SIDE + 14, TOP + SIDE + FOOT, name)


def _heading(name: str, remark: str) -> list[str]:
    return [
        text(shorten(name, LEFT + SIDE - 30, 13), 0, 13, 13, style=BOLD),
        text(remark, 0, 30, 12, colour=theme.MUTED),
    ]


def _unit_axes() -> list[str]:
    parts = []
    for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        x, y = LEFT + SIDE * share, TOP + SIDE * (1 - share)
        parts += [rule((LEFT, y), (LEFT + SIDE, y), theme.GRID), label(f"{share:g}", LEFT - 7, y + 4, "end")]
        parts.append(label(f"{share:g}", x, TOP + SIDE + 17, "middle"))
    turn = f'text-anchor="middle" transform="translate(11,{TOP + SIDE / 2:g}) rotate(-90)"'
    name = label("confidence", LEFT + SIDE / 2, TOP + SIDE + 36, "middle", colour=theme.INK)
    return [*parts, name, text("share that is right", 0, 0, style=turn)]


def _histogram(name: str, seed: int, found: Residuals, span: tuple[float, float], colour: str) -> Panel:
    low, high = span
    most = max(found.counts, default=1) or 1

    def x(value: float) -> float:
        return LEFT + SIDE * (value - low) / (high - low)

    bars = [
        box((x(left), TOP + SIDE * (1 - count / most)), max(0.5, x(right) - x(left) - 0.7), SIDE * count / most, colour)
        for left, right, count in zip(found.edges[:-1], found.edges[1:], found.counts, strict=True)
    ]
    ticks = value_ticks(low, high, 4)
    words = [
        label(each, x(tick), TOP + SIDE + 17, "middle") for tick, each in zip(ticks, tick_labels(ticks), strict=True)
    ]
    zero = [rule((x(0), TOP), (x(0), TOP + SIDE), theme.MUTED)] if low < 0 < high else []
    foot = rule((LEFT, TOP + SIDE), (LEFT + SIDE, TOP + SIDE), theme.MUTED)
    remark = f"mean {found.mean:.3g}, sd {found.sd:.3g}, seed {seed}"
    axis = label("prediction - target", LEFT + SIDE / 2, TOP + SIDE + 36, "middle", colour=theme.INK)
    parts = [*_heading(name, remark), *bars, *zero, foot, *words, axis]
    return Panel("".join(parts), LEFT + SIDE + 14, TOP + SIDE + FOOT, name)
