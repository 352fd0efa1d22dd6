"""A variant's effect run by run, each with its interval, as a small SVG that is written here and needs no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from ablation.analysis import EffectHistory, RunPoint, format_number
from ablation.report import theme
from ablation.report.drawing.svg import text
from ablation.report.drawing.ticks import tick_labels, value_ticks

# More would touch each other.
MOST_RUNS = 40
WIDTH, HEIGHT = 360, 170
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 10, 16, 26
_PLOT_WIDTH, _PLOT_HEIGHT = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
_SMALL, _RADIUS = 10, 3.5
_LABELLED_EVERY = 2
_STAMP = len("20261121-0412")


@dataclass(frozen=True)
class _Axis:
    """Differences from the bottom to the top of the plot."""

    low: float
    high: float

    def y(self, value: float) -> float:
        held = min(max(value, self.low), self.high)
        return _TOP + _PLOT_HEIGHT * (self.high - held) / (self.high - self.low)


def draw_stability(history: EffectHistory, colour: str, *, description: str) -> str:
    """Return the chart of one variant: oldest run left, a dot and its interval a run, hollow where trials come again.

    Args:
        history: With one run at least.
        colour: Of the variant.
        description: The finding in words, for readers who do not see the chart.
    """
    points = history.points[-MOST_RUNS:]
    axis = _axis(points)
    left_out = len(history.points) - len(points)
    notes = [f"the newest {MOST_RUNS} of {len(history.points)} runs"] if left_out else []
    runs = [_run(point, _x(place, len(points)), axis, colour) for place, point in enumerate(points)]
    parts = [*_frame(axis, points[-1].summary.margin), *runs, *_ends(points), *_words(notes, history.metric)]
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    label = f'role="img" aria-label={quoteattr(description)}'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {label}>{"".join(parts)}</svg>'


def _axis(points: Sequence[RunPoint]) -> _Axis:
    """Show zero, every effect and every interval; one that is wide beyond all effects is cut."""
    centres = [point.effect.difference for point in points if point.effect.difference is not None]
    reach = 3 * max((abs(centre) for centre in centres), default=0.0)
    ends = [end for point in points for end in (point.effect.low, point.effect.high) if end is not None]
    shown = [0.0, *centres, *(max(-reach, min(reach, end)) for end in ends)]
    low, high = min(shown), max(shown)
    pad = 0.08 * (high - low) or 0.5
    return _Axis(low - pad, high + pad)


def _x(place: int, count: int) -> float:
    return _LEFT + _PLOT_WIDTH * (place + 0.5) / count


def _frame(axis: _Axis, margin: float | None) -> list[str]:
    ticks = value_ticks(axis.low, axis.high)
    labels = list(zip(ticks, tick_labels(ticks), strict=True))[:: 1 if len(ticks) <= 5 else _LABELLED_EVERY]
    right = WIDTH - _RIGHT
    parts = [_band(axis, margin)] if margin else []
    parts += [_line(_LEFT, axis.y(tick), right, axis.y(tick), theme.GRID, 1) for tick, _ in labels]
    parts += [
        text(label, _LEFT - 6, round(axis.y(tick) + 3.5, 1), _SMALL, colour=theme.MUTED, style='text-anchor="end"')
        for tick, label in labels
    ]
    return [*parts, _line(_LEFT, axis.y(0), right, axis.y(0), theme.BASELINE, 1.5)]


def _band(axis: _Axis, margin: float) -> str:
    top, bottom = axis.y(margin), axis.y(-margin)
    size = f'width="{_PLOT_WIDTH}" height="{bottom - top:.1f}"'
    return f'<rect x="{_LEFT}" y="{top:.1f}" {size} fill="{theme.BAND}"/>'


def _run(point: RunPoint, x: float, axis: _Axis, colour: str) -> str:
    effect = point.effect
    if effect.difference is None:
        mark = text("×", round(x - 3, 1), _TOP + _PLOT_HEIGHT, 12, colour=theme.MUTED)
    else:
        y = axis.y(effect.difference)
        fill = theme.PAPER if point.is_repeat else colour
        mark = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_RADIUS}" fill="{fill}" stroke="{colour}" stroke-width="1.5"/>'
    if effect.low is not None and effect.high is not None:
        mark = _line(x, axis.y(effect.low), x, axis.y(effect.high), colour, 1.75) + mark
    link = quoteattr(f"{quote(point.run_id)}/index.html")
    # Not one more stop for those who move by keys: the list of runs has the same links.
    return f'<a href={link} tabindex="-1"><title>{escape(_title(point))}</title>{mark}</a>'


def _title(point: RunPoint) -> str:
    effect = point.effect
    if effect.difference is None:
        return f"{point.run_id}: {effect.verdict}"
    interval = "" if effect.low is None or effect.high is None else f" ({effect.low:.3g} to {effect.high:.3g})"
    again = ", the trials of an older run" if point.is_repeat else ""
    return f"{point.run_id}: {effect.verdict}, {format_number(effect.difference)}{interval}{again}"


def _ends(points: Sequence[RunPoint]) -> list[str]:
    """Name the first and the last run by the date and time that their ids begin with."""
    y = HEIGHT - 8
    first = text(points[0].run_id[:_STAMP], _LEFT, y, _SMALL, colour=theme.MUTED)
    if len(points) == 1:
        return [first]
    last = text(points[-1].run_id[:_STAMP], WIDTH - _RIGHT, y, _SMALL, colour=theme.MUTED, style='text-anchor="end"')
    return [first, last]


def _words(notes: Sequence[str], metric: str) -> list[str]:
    words = " · ".join([f"difference in {metric}", *notes])
    return [text(words, _LEFT, _TOP - 6, _SMALL, colour=theme.MUTED)]


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float) -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width:g}"/>'
