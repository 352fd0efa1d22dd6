"""From SVG to what is published: described in words, and as pixels."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from xml.sax.saxutils import escape

Row = dict[str, str | int | float | None]

PNG_SCALE = 2

# vl-convert runs one JavaScript engine for the whole process, and trials are drawn from several threads.
ENGINE = threading.Lock()


@dataclass(frozen=True)
class Drawing:
    """One chart in both formats."""

    svg: bytes
    png: bytes


def as_drawing(svg: str, *, description: str) -> Drawing:
    """Return an SVG in both formats, with the finding in words for readers who do not see it."""
    label = escape(description, {'"': "&quot;"})
    described = svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
    return Drawing(svg=described.encode("utf-8"), png=to_png(described))


def to_png(svg: str) -> bytes:
    """Return the pixels of an SVG, two to one of its layout."""
    import vl_convert

    with ENGINE:
        return vl_convert.svg_to_png(svg, scale=PNG_SCALE)
