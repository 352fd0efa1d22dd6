"""Text and images at a place, as SVG."""

from __future__ import annotations

import textwrap
from xml.sax.saxutils import escape

from ablation.report import theme

LINE_HEIGHT = 1.35
# The mean width of a letter of Arial, as a share of its size; a wide one, so that lines keep within their place.
LETTER_WIDTH = 0.54


def text(content: str, x: float, y: float, size: int = 12, *, colour: str = theme.INK, style: str = "") -> str:
    """Return a line of text whose baseline begins at (x, y).

    Args:
        content: Any characters.
        x: In pixels from the left.
        y: In pixels from the top.
        size: Of the letters, in pixels.
        colour: Of the letters.
        style: Further attributes.
    """
    font = f'font-family="{theme.CHART_FONT}" font-size="{size}" fill="{colour}"'
    return f'<text x="{x:g}" y="{y:g}" {font} {style}>{escape(content)}</text>'


def text_width(content: str, size: int) -> float:
    """Return about how wide a line of text is, in pixels; more rather than less."""
    return len(content) * size * LETTER_WIDTH


def wrap(content: str, width: float, size: int) -> list[str]:
    """Break a text into lines of at most so many pixels."""
    return textwrap.wrap(content, max(1, int(width / (size * LETTER_WIDTH)))) or [""]


def shorten(content: str, width: float, size: int) -> str:
    """Cut a text that is wider than so many pixels, and show that it was."""
    most = max(2, int(width / (size * LETTER_WIDTH)))
    return content if len(content) <= most else content[: most - 1].rstrip() + "…"
