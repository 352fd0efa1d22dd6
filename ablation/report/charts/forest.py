"""The forest plot: a row an effect, with its interval, beside the line of no difference."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ablation.report import theme
from ablation.report.drawing.picture import Panel
from ablation.report.drawing.svg import BOLD, box, dot, label, rule, shorten, text
from ablation.report.drawing.ticks import tick_labels, value_ticks

AXIS_PX = 46
TICK_STEP_PX = 80
SEED_RADIUS, DOT_RADIUS = 3.2, 5.5
# Of the span, left free at both ends.
PAD = 0.05


@dataclass(frozen=True)
class ForestRow:
    """One effect: its numbers and its words.

    Args:
        name: Of the variant, or of a factor's level.
        words: Verdict and numbers.
        difference: Mean; not drawn where there is none.
        interval: Its ends, if it has any.
        seeds: The difference of each seed.
        colour: Of its marks.
    """

    name: str
    words: str
    difference: float | None
    interval: tuple[float, float] | None
    seeds: Sequence[float]
    colour: str


@dataclass(frozen=True)
class Forest:
    """What a forest plot shows.

    Args:
        rows: From top to bottom.
        axis: What the axis measures.
        zero: What no difference means.
        margin: Half the width of the band of differences that do not matter.
    """

    rows: Sequence[ForestRow]
    axis: str
    zero: str
    margin: float | None

    @property
    def span(self) -> tuple[float, float]:
        """The range of the axis: zero, the margin and all that is finite."""
        margin = self.margin or 0.0
        ends = [end for row in self.rows for end in (row.interval or ())]
        means = [row.difference for row in self.rows if row.difference is not None]
        seeds = [seed for row in self.rows for seed in row.seeds]
        found = [value for value in (0.0, margin, -margin, *ends, *means, *seeds) if math.isfinite(value)]
        low, high = min(found), max(found)
        pad = PAD * (high - low) or 1.0
        return low - pad, high + pad


@dataclass(frozen=True)
class Layout:
    """Where things stand, in pixels.

    Args:
        left: Where the axis begins.
        width: Of the axis.
        step: Height of a row.
        words_at: Where a row's words begin; None: above its line, below its name.
        height_of_line: From a row's top to its line.
        whole_width: Of the plot with its words.
    """

    left: float
    width: float
    step: float
    words_at: float | None
    height_of_line: float
    whole_width: float


WIDE = Layout(left=180, width=560, step=30, words_at=756, height_of_line=15, whole_width=1060)
NARROW = Layout(left=8, width=324, step=60, words_at=None, height_of_line=46, whole_width=340)
TOP = 24


def forest_panel(forest: Forest, layout: Layout) -> Panel:
    """Return a forest plot in a layout."""
    foot = TOP + layout.step * len(forest.rows)
    rows = [_row(forest, row, layout, TOP + place * layout.step) for place, row in enumerate(forest.rows)]
    parts = [*_ground(forest, layout, foot), *rows, *_axis(forest, layout, foot)]
    return Panel("".join(parts), layout.whole_width, foot + AXIS_PX)


def _x(value: float, forest: Forest, layout: Layout) -> float:
    low, high = forest.span
    return layout.left + layout.width * (value - low) / (high - low)


def _ground(forest: Forest, layout: Layout, foot: float) -> list[str]:
    zero = _x(0, forest, layout)
    parts = []
    if forest.margin:
        left, right = (_x(end, forest, layout) for end in (-forest.margin, forest.margin))
        parts.append(box((left, TOP), right - left, foot - TOP, theme.BAND))
    words = shorten(forest.zero, layout.width, 11)
    anchor = "start" if zero < layout.left + 60 else "end" if zero > layout.left + layout.width - 60 else "middle"
    return [
        *parts,
        rule((zero, TOP - 4), (zero, foot), theme.BASELINE, 1.5),
        label(words, zero, TOP - 9, anchor, size=11),
    ]


def _row(forest: Forest, row: ForestRow, layout: Layout, top: float) -> str:
    y = top + layout.height_of_line
    seeds = [dot((_x(seed, forest, layout), y), SEED_RADIUS, row.colour, theme.FAINT) for seed in row.seeds]
    line, mean = "", ""
    if row.interval is not None:
        low, high = (_x(end, forest, layout) for end in row.interval)
        line = rule((low, y), (high, y), row.colour, 2.5, style='stroke-linecap="round"')
    if row.difference is not None:
        mean = dot((_x(row.difference, forest, layout), y), DOT_RADIUS, row.colour)
    return _names(row, layout, top) + "".join(seeds) + line + mean


def _names(row: ForestRow, layout: Layout, top: float) -> str:
    if layout.words_at is None:
        # On paper of their own: the line of no difference would run through them.
        paper = box((0, top + 2), layout.whole_width, 35, theme.PAPER)
        name = text(shorten(row.name, layout.width, 13), layout.left, top + 15, 13, style=BOLD)
        return paper + name + text(shorten(row.words, layout.width + 40, 12), layout.left, top + 31, 12)
    y = top + layout.height_of_line + 4.5
    name = label(shorten(row.name, layout.left - 40, 13), layout.left - 14, y, "end", size=13, colour=theme.INK)
    return name + text(shorten(row.words, layout.whole_width - layout.words_at, 13), layout.words_at, y, 13)


def _axis(forest: Forest, layout: Layout, foot: float) -> list[str]:
    ticks = value_ticks(*forest.span, max(2, int(layout.width / TICK_STEP_PX)))
    places = [_x(tick, forest, layout) for tick in ticks]
    marks = [rule((x, foot), (x, foot + 5), theme.MUTED) for x in places]
    words = [label(words, x, foot + 18, "middle") for words, x in zip(tick_labels(ticks), places, strict=True)]
    end = layout.left + layout.width
    name = label(
        shorten(forest.axis, layout.width + 20, 12),
        layout.left + layout.width / 2,
        foot + 37,
        "middle",
        colour=theme.INK,
    )
    return [rule((layout.left, foot), (end, foot), theme.MUTED), *marks, *words, name]
