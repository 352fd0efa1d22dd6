"""One plot of lines over the epochs, as SVG that is written here: through Vega it takes twenty times as long."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ablation.report import theme
from ablation.report.preview.svg import text
from ablation.report.series import Domain

WIDTH, HEIGHT = 330, 190
MOST_VALUE_TICKS = 7
TICK_PX = 5
POINT_RADIUS_PX = 3
# Numbers from here on, and steps below the inverse, are written with an exponent.
LARGE = 1e6

Point = tuple[float, float | None]


@dataclass(frozen=True)
class Line:
    """One curve: (epoch, value), None where it is interrupted."""

    colour: str
    points: Sequence[Point]


@dataclass(frozen=True)
class LinePlot:
    """What one plot shows.

    Args:
        name: Of the values.
        lines: The curves, drawn one over the other.
        domain: The range of the values.
        ticks: Epochs to label.
        epochs: The first and the last epoch of the axis.
        note: A remark above the plot.
        has_points: Whether every value is a dot as well.
    """

    name: str
    lines: Sequence[Line]
    domain: Domain
    ticks: Sequence[int]
    epochs: tuple[float, float]
    note: str
    has_points: bool

    def x(self, epoch: float) -> float:
        """Return where an epoch is, in pixels from the left; a single one is in the middle."""
        first, last = self.epochs
        return WIDTH * (epoch - first) / (last - first) if last > first else WIDTH / 2

    def y(self, value: float) -> float:
        """Return where a value is, in pixels from the top."""
        low, high = self.domain.low, self.domain.high
        return HEIGHT * (high - value) / (high - low)

    def svg(self, left: float, top: float) -> str:
        """Return the plot with its axes, its inner area beginning at a place."""
        note = [text(self.note, 0, -6, 11, colour=theme.MUTED)] if self.note else []
        parts = [*note, *self._value_axis(), *self._epoch_axis(), *(self._line(line) for line in self.lines)]
        return f'<g transform="translate({left:g},{top:g})">{"".join(parts)}</g>'

    def _value_axis(self) -> list[str]:
        ticks = value_ticks(self.domain.low, self.domain.high)
        labels = zip(ticks, tick_labels(ticks), strict=True)
        lines = [_rule((0, self.y(tick)), (WIDTH, self.y(tick)), theme.GRID) for tick in ticks]
        lines += [_rule((-TICK_PX, self.y(tick)), (0, self.y(tick)), theme.MUTED) for tick in ticks]
        texts = [_label(label, -TICK_PX - 3, self.y(tick) + 4, "end") for tick, label in labels]
        middle = f'text-anchor="middle" transform="translate(-46,{HEIGHT / 2:g}) rotate(-90)"'
        return [*lines, *texts, _rule((0, 0), (0, HEIGHT), theme.MUTED), text(self.name, 0, 0, style=middle)]

    def _epoch_axis(self) -> list[str]:
        lines = [_rule((self.x(tick), HEIGHT), (self.x(tick), HEIGHT + TICK_PX), theme.MUTED) for tick in self.ticks]
        texts = [_label(f"{tick}", self.x(tick), HEIGHT + 18, "middle") for tick in self.ticks]
        name = text("epoch", WIDTH / 2, HEIGHT + 36, style='text-anchor="middle"')
        return [*lines, *texts, _rule((0, HEIGHT), (WIDTH, HEIGHT), theme.MUTED), name]

    def _line(self, line: Line) -> str:
        places = [None if value is None else (self.x(epoch), self.y(value)) for epoch, value in line.points]
        before = [None, *places]
        steps = [
            f"{'M' if last is None else 'L'}{place[0]:.1f},{place[1]:.1f}"
            for last, place in zip(before, places, strict=False)
            if place is not None
        ]
        path = f'<path d="{"".join(steps)}" fill="none" stroke="{line.colour}" stroke-width="{theme.BOLD:g}"/>'
        dots = [place for place in places if place is not None] if self.has_points else []
        return path + "".join(_dot(*place, line.colour) for place in dots)


def value_ticks(low: float, high: float) -> list[float]:
    """Return round values to label, as many as there is room for, from the lowest to the highest."""
    finest = (high - low) / MOST_VALUE_TICKS
    power = 10.0 ** math.floor(math.log10(finest))
    step = next(digit * power for digit in (1, 2, 5, 10) if digit * power >= finest)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [number * step for number in range(first, last + 1)]


def tick_labels(ticks: Sequence[float]) -> list[str]:
    """Write values with as many digits as tell them apart."""
    largest = max((abs(tick) for tick in ticks), default=0.0)
    step = min((after - before for before, after in pairwise(ticks)), default=largest or 1.0)
    if largest >= LARGE or step < 1 / LARGE:
        return [f"{tick:.3g}" for tick in ticks]
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return [f"{tick + 0.0:,.{decimals}f}" for tick in ticks]


def legend(entries: Sequence[tuple[str, str]], left: float, top: float) -> str:
    """Return names and their colours in a row.

    Args:
        entries: (name, colour).
        left: Of the first, in pixels.
        top: Of the middle of the row, in pixels.
    """
    step = 105
    parts = [
        _rule((left + step * place, top), (left + step * place + 18, top), colour, theme.BOLD)
        + text(name, left + step * place + 24, top + 4)
        for place, (name, colour) in enumerate(entries)
    ]
    return "".join(parts)


def _rule(start: tuple[float, float], end: tuple[float, float], colour: str, width: float = 1.0) -> str:
    ends = f'x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width:g}"/>'


def _label(content: str, x: float, y: float, anchor: str) -> str:
    return text(content, round(x, 1), round(y, 1), colour=theme.MUTED, style=f'text-anchor="{anchor}"')


def _dot(x: float, y: float, colour: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{POINT_RADIUS_PX}" fill="{colour}"/>'
