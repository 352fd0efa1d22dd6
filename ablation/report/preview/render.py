"""The sheet as a PNG."""

from __future__ import annotations

import re

from ablation.report import theme
from ablation.report.drawing.rendering import to_png
from ablation.report.drawing.svg import LINE_HEIGHT, text, wrap
from ablation.report.preview.grid import BOLD, draw_grid, grid_width
from ablation.report.preview.sheet import PreviewSheet

MARGIN = 20
CHART_PADDING = 8  # the theme's
LEAST_WIDTH = 800
TITLE_SIZE, TEXT_SIZE = 17, 12
SPACE = 18


def render_preview(sheet: PreviewSheet) -> bytes:
    """Draw a sheet.

    Returns:
        A PNG of two pixels to one of its layout, so that text is sharp.
    """
    # Imported here: Altair takes longer to import than most commands take.
    from ablation.report.preview.charts import draw_charts

    width: float = max(LEAST_WIDTH, grid_width(sheet.grid) if sheet.grid else 0)
    parts, y = _lines([sheet.title], TITLE_SIZE, width, 0, style=BOLD)
    below, y = _lines([sheet.subtitle], TEXT_SIZE, width, y, colour=theme.MUTED)
    parts, y = parts + below, y + SPACE
    if sheet.grid:
        images, y = draw_grid(sheet.grid, y)
        parts += images
        notes, y = _lines(sheet.notes, TEXT_SIZE, width, y, colour=theme.MUTED)
        parts, y = parts + notes, y + SPACE
    charts = draw_charts(sheet)
    if charts:
        nested, height, wide = _nested(charts, y)
        parts, y, width = [*parts, nested], y + height, max(width, wide)
    if not sheet.grid:
        notes, y = _lines(sheet.notes, TEXT_SIZE, width, y, colour=theme.MUTED)
        parts += notes
    return to_png(_document(parts, width + 2 * MARGIN, y + 2 * MARGIN))


def _lines(
    lines: tuple[str, ...] | list[str], size: int, width: float, top: float, **look: str
) -> tuple[list[str], float]:
    """Return lines of text below each other from `top` on, and where they end."""
    step = size * LINE_HEIGHT
    wrapped = [part for line in lines for part in wrap(line, width, size)]
    return [text(line, 0, top + step * place + size, size, **look) for place, line in enumerate(wrapped)], (
        top + step * len(wrapped)
    )


def _nested(svg: str, top: float) -> tuple[str, float, float]:
    """Return an SVG document as an element at a place of another one, its height and its width."""
    opening = svg[: svg.index(">")]
    width, height = (float(re.findall(rf'\b{name}="([\d.]+)"', opening)[0]) for name in ("width", "height"))
    return svg[svg.index("<svg") :].replace("<svg ", f'<svg x="{-CHART_PADDING}" y="{top:g}" ', 1), height, width


def _document(parts: list[str], width: float, height: float) -> str:
    size = f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}"'
    paper = f'<rect width="{width:g}" height="{height:g}" fill="{theme.PAPER}"/>'
    body = "".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {size}>'
        f'{paper}<g transform="translate({MARGIN} {MARGIN})">{body}</g></svg>'
    )
