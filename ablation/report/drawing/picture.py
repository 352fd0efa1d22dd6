"""A picture: one panel or many, with a title, remarks and keys; the file shows what the page shows."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from ablation.report import theme
from ablation.report.drawing.rendering import Drawing, as_drawing
from ablation.report.drawing.svg import BOLD, LINE_HEIGHT, box, document, dot, group, rule, text, text_width, wrap

MARGIN = 12
TITLE_SIZE, TEXT_SIZE = 15, 12
GAP = 18
SWATCH_PX = 22


@dataclass(frozen=True)
class Panel:
    """One plot with its axes.

    Args:
        content: SVG elements, all within (0, 0) and (width, height).
        width: In pixels.
        height: In pixels.
        name: What it is of, where a reader may choose among panels.
    """

    content: str
    width: float
    height: float
    name: str = ""

    def svg(self) -> str:
        """Return the panel alone, as the page shows it: the page gives all panels of a chart one text alternative."""
        view = f'viewBox="0 0 {self.width:g} {self.height:g}" width="{self.width:g}" height="{self.height:g}"'
        return f'<svg {view} aria-hidden="true" focusable="false">{self.content}</svg>'


@dataclass(frozen=True)
class Key:
    """What a mark means.

    Args:
        words: In the legend.
        colour: Of the mark.
        mark: `line`, `dash`, `thin`, `dot`, `faint` or `band`.
    """

    words: str
    colour: str
    mark: str = "line"

    @property
    def width(self) -> float:
        """How wide mark and words are, in pixels."""
        return SWATCH_PX + 8 + text_width(self.words, TEXT_SIZE) + GAP

    def swatch(self) -> str:
        """Return the mark, in a place of 22 x 12 pixels."""
        middle = 6.0
        if self.mark == "band":
            return box((0, 0), SWATCH_PX, 12, self.colour)
        if self.mark in ("dot", "faint"):
            return dot((SWATCH_PX / 2, middle), 5, self.colour, theme.FAINT if self.mark == "faint" else 1)
        dash = 'stroke-dasharray="4 3"' if self.mark == "dash" else ""
        width = theme.THIN if self.mark == "thin" else theme.BOLD
        return rule((0, middle), (SWATCH_PX, middle), self.colour, width, style=dash)


@dataclass(frozen=True)
class Picture:
    """Panels of one kind, in rows.

    Args:
        title: What is drawn.
        panels: In the order of reading.
        columns: How many panels stand beside each other in the file; the page fits them to the screen.
        notes: Remarks below the title, e.g. that an axis is clipped.
        keys: The legend.
        narrow: The same for a screen of a phone, where it differs.
    """

    title: str
    panels: tuple[Panel, ...]
    columns: int = 1
    notes: tuple[str, ...] = ()
    keys: tuple[Key, ...] = ()
    narrow: tuple[Panel, ...] = field(default=())

    def drawing(self, description: str) -> Drawing:
        """Return the picture as files."""
        return as_drawing(self._document(), description=description)

    def _document(self) -> str:
        columns = min(self.columns, len(self.panels))
        width = max(panel.width for panel in self.panels) * columns + GAP * (columns - 1)
        heading, top = self._heading(width)
        height = max(panel.height for panel in self.panels) + GAP
        rows = math.ceil(len(self.panels) / columns)
        step = width / columns + GAP * (columns - 1) / columns**2 if columns > 1 else width
        placed = [
            group(panel.content, MARGIN + place % columns * step, top + place // columns * height)
            for place, panel in enumerate(self.panels)
        ]
        return document(heading + "".join(placed), width + 2 * MARGIN, top + rows * height)

    def _heading(self, width: float) -> tuple[str, float]:
        """Return title, notes and keys, and where the panels begin."""
        y = float(MARGIN + TITLE_SIZE)
        parts = [text(self.title, MARGIN, y, TITLE_SIZE, style=BOLD)]
        for note in self.notes:
            for line in wrap(note, width, TEXT_SIZE):
                y += TEXT_SIZE * LINE_HEIGHT + 2
                parts.append(text(line, MARGIN, round(y, 1), TEXT_SIZE, colour=theme.MUTED))
        x = float(MARGIN)
        if self.keys:
            y += 22
        for key in self.keys:
            if x > MARGIN and x + key.width > width:
                x, y = float(MARGIN), y + 20
            words = text(key.words, SWATCH_PX + 8, 10, TEXT_SIZE)
            parts.append(group(key.swatch() + words, round(x, 1), round(y - 10, 1)))
            x += key.width
        return "".join(parts), round(y + GAP, 1)
