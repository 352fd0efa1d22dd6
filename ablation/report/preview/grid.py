"""The images of a sheet in rows and columns, as SVG."""

from __future__ import annotations

from ablation.report import theme
from ablation.report.drawing.rendering import PNG_SCALE
from ablation.report.drawing.svg import shorten, text, text_width
from ablation.report.preview.pixels import data_uri, pixels_of
from ablation.report.preview.sheet import Cell, GridColumn, ImageGrid

SIDE = 104
GAP = 14
MOST_LABEL_WIDTH = 150
HEADER = 24
LABEL_SIZE, CAPTION_SIZE = 12, 11
CAPTION_LINE = 14
BOLD = 'font-weight="600"'


def grid_width(grid: ImageGrid) -> int:
    """Return the width of a grid in pixels."""
    return _label_width(grid) + len(grid.columns) * (SIDE + GAP)


def draw_grid(grid: ImageGrid, top: float) -> tuple[list[str], float]:
    """Return the elements of a grid that begins at `top`, and where it ends."""
    captions = max((len(cell.caption) for column in grid.columns for cell in column.cells), default=0)
    lefts = [_label_width(grid) + place * (SIDE + GAP) for place in range(len(grid.columns))]
    row_height = SIDE + GAP + captions * CAPTION_LINE
    parts = [
        text(column.title, left, top + LABEL_SIZE, LABEL_SIZE, style=BOLD)
        for left, column in zip(lefts, grid.columns, strict=True)
    ]
    for row, label in enumerate(grid.labels):
        y = top + HEADER + row * row_height
        parts += _label(label, y)
        for left, column in zip(lefts, grid.columns, strict=True):
            parts += _cell(column.cells[row], column, left, y)
    return parts, top + HEADER + len(grid.labels) * row_height


def _label_width(grid: ImageGrid) -> int:
    longest = max((text_width(line, LABEL_SIZE) for lines in grid.labels for line in lines), default=0)
    return min(MOST_LABEL_WIDTH, round(longest) + GAP)


def _label(lines: tuple[str, ...], y: float) -> list[str]:
    start = y + SIDE / 2 - (len(lines) - 1) * 8 + 4
    parts = []
    for place, line in enumerate(lines):
        short = shorten(line, MOST_LABEL_WIDTH - GAP, LABEL_SIZE)
        look = {"style": BOLD} if place == 0 else {"colour": theme.MUTED}
        parts.append(text(short, 0, start + place * 16, LABEL_SIZE, **look))
    return parts


def _cell(cell: Cell, column: GridColumn, x: float, y: float) -> list[str]:
    height, width = cell.image.shape[:2]
    shown_width, shown_height = SIDE * width / max(height, width), SIDE * height / max(height, width)
    left, top = x + (SIDE - shown_width) / 2, y + (SIDE - shown_height) / 2
    place = f'x="{left:g}" y="{top:g}" width="{shown_width:g}" height="{shown_height:g}"'
    address = data_uri(pixels_of(cell.image, column), SIDE * PNG_SCALE)
    parts = [
        f'<image {place} preserveAspectRatio="none" href="{address}"/>',
        f'<rect {place} fill="none" stroke="{theme.GRID}"/>',
    ]
    for number, line in enumerate(cell.caption):
        baseline = y + SIDE + CAPTION_LINE * (number + 1)
        parts.append(text(shorten(line, SIDE + GAP / 2, CAPTION_SIZE), x, baseline, CAPTION_SIZE, colour=theme.MUTED))
    return parts
