"""Elements at a place, as SVG."""

from __future__ import annotations

import textwrap
from xml.sax.saxutils import escape

from ablation.report import theme

LINE_HEIGHT = 1.35
# The mean width of a letter of Arial, as a share of its size; a wide one, so that lines keep within their place.
LETTER_WIDTH = 0.54
BOLD = 'font-weight="600"'

Place = tuple[float, float]


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


def label(content: str, x: float, y: float, anchor: str, *, size: int = 12, colour: str = theme.MUTED) -> str:
    """Return a line of text beside a place.

    Args:
        content: Any characters.
        x: In pixels from the left, of the anchor.
        y: In pixels from the top, of the letters' foot.
        anchor: `start`, `middle` or `end`: which part of the text stands at x.
        size: Of the letters, in pixels.
        colour: Of the letters.
    """
    return text(content, round(x, 1), round(y, 1), size, colour=colour, style=f'text-anchor="{anchor}"')


def rule(start: Place, end: Place, colour: str, width: float = 1.0, *, style: str = "") -> str:
    """Return a straight line from (x, y) to (x, y)."""
    ends = f'x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width:g}" {style}/>'


def dot(place: Place, radius: float, colour: str, opacity: float = 1.0) -> str:
    """Return a filled circle."""
    faint = f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
    return f'<circle cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="{radius:g}" fill="{colour}"{faint}/>'


def box(corner: Place, width: float, height: float, colour: str) -> str:
    """Return a filled rectangle."""
    return f'<rect x="{corner[0]:.1f}" y="{corner[1]:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'


def group(content: str, left: float, top: float) -> str:
    """Return elements moved to a place."""
    return f'<g transform="translate({left:g},{top:g})">{content}</g>'


def document(content: str, width: float, height: float) -> str:
    """Return elements as an SVG document on paper."""
    size = f'width="{width:g}" height="{height:g}"'
    paper = f'<rect {size} fill="{theme.PAPER}"/>'
    return f'<svg {size} viewBox="0 0 {width:g} {height:g}" xmlns="http://www.w3.org/2000/svg">{paper}{content}</svg>'


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
