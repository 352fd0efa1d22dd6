"""One plot of lines over the epochs, as SVG that is written here: through Vega it takes twenty times as long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ablation.report import theme
from ablation.report.drawing.domain import Domain
from ablation.report.drawing.svg import dot, group, label, rule, text
from ablation.report.drawing.ticks import MOST_VALUE_TICKS, tick_labels, value_ticks

WIDTH, HEIGHT = 330, 190
# One label needs about so many pixels of the axis of values.
VALUE_STEP_PX = 26
TICK_PX = 5
POINT_RADIUS_PX = 3

Point = tuple[float, float | None]


@dataclass(frozen=True)
class Line:
    """One curve: (epoch, value), None where it is interrupted; a landmark, such as zero, has no values."""

    colour: str
    points: Sequence[Point]
    width: float = theme.BOLD
    opacity: float = 1.0
    dash: str = ""
    is_landmark: bool = False


@dataclass(frozen=True)
class LinePlot:
    """What one plot shows.

    Args:
        name: Of the values; empty where the picture's title says it.
        lines: The curves, drawn one over the other.
        domain: The range of the values.
        ticks: Epochs to label.
        epochs: The first and the last epoch of the axis.
        note: A remark above the plot.
        has_points: Whether every value is a dot as well, but for landmarks.
        width: Of the inner area, in pixels.
        height: Of the inner area, in pixels.
    """

    name: str
    lines: Sequence[Line]
    domain: Domain
    ticks: Sequence[int]
    epochs: tuple[float, float]
    note: str
    has_points: bool
    width: float = WIDTH
    height: float = HEIGHT

    def x(self, epoch: float) -> float:
        """Return where an epoch is, in pixels from the left; a single one is in the middle."""
        first, last = self.epochs
        return self.width * (epoch - first) / (last - first) if last > first else self.width / 2

    def y(self, value: float) -> float:
        """Return where a value is, in pixels from the top."""
        low, high = self.domain.low, self.domain.high
        return self.height * (high - value) / (high - low)

    def svg(self, left: float, top: float) -> str:
        """Return the plot with its axes, its inner area beginning at a place."""
        note = [text(self.note, 0, -6, 11, colour=theme.MUTED)] if self.note else []
        parts = [*note, *self._value_axis(), *self._epoch_axis(), *(self._line(line) for line in self.lines)]
        return group("".join(parts), left, top)

    def _value_axis(self) -> list[str]:
        most = min(MOST_VALUE_TICKS, int(self.height / VALUE_STEP_PX))
        ticks = value_ticks(self.domain.low, self.domain.high, most)
        labels = zip(ticks, tick_labels(ticks), strict=True)
        lines = [rule((0, self.y(tick)), (self.width, self.y(tick)), theme.GRID) for tick in ticks]
        texts = [label(words, -TICK_PX - 3, self.y(tick) + 4, "end") for tick, words in labels]
        middle = f'text-anchor="middle" transform="translate(-50,{self.height / 2:g}) rotate(-90)"'
        return [*lines, *texts, text(self.name, 0, 0, style=middle)] if self.name else [*lines, *texts]

    def _epoch_axis(self) -> list[str]:
        foot = self.height
        lines = [rule((self.x(tick), foot), (self.x(tick), foot + TICK_PX), theme.MUTED) for tick in self.ticks]
        texts = [label(f"{tick}", self.x(tick), foot + 18, "middle") for tick in self.ticks]
        name = label("epoch", self.width / 2, foot + 36, "middle", colour=theme.INK)
        return [*lines, *texts, rule((0, foot), (self.width, foot), theme.MUTED), name]

    def _line(self, line: Line) -> str:
        places = [None if value is None else (self.x(epoch), self.y(value)) for epoch, value in line.points]
        before = [None, *places]
        steps = [
            f"{'M' if last is None else 'L'}{place[0]:.1f},{place[1]:.1f}"
            for last, place in zip(before, places, strict=False)
            if place is not None
        ]
        look = f' stroke-opacity="{line.opacity:g}"' if line.opacity < 1 else ""
        look += f' stroke-dasharray="{line.dash}"' if line.dash else ""
        path = (
            f'<path d="{"".join(steps)}" fill="none" stroke="{line.colour}" stroke-width="{line.width:g}"{look}/>'
            if steps
            else ""
        )
        dots = [place for place in places if place is not None] if self.has_points and not line.is_landmark else []
        return path + "".join(dot(place, POINT_RADIUS_PX, line.colour, line.opacity) for place in dots)


def legend(entries: Sequence[tuple[str, str]], left: float, top: float) -> str:
    """Return names and their colours in a row.

    Args:
        entries: (name, colour).
        left: Of the first, in pixels.
        top: Of the middle of the row, in pixels.
    """
    step = 105
    parts = [
        rule((left + step * place, top), (left + step * place + 18, top), colour, theme.BOLD)
        + text(name, left + step * place + 24, top + 4)
        for place, (name, colour) in enumerate(entries)
    ]
    return "".join(parts)
