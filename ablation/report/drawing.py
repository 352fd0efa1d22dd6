"""From an Altair chart to SVG and PNG bytes, through vl-convert: no browser, no network."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from ablation.report import theme

if TYPE_CHECKING:
    import altair as alt

    Chart = alt.LayerChart | alt.FacetChart | alt.ConcatChart | alt.VConcatChart

Row = dict[str, str | int | float | None]
Datasets = dict[str, list[Row]]

PNG_SCALE = 2

# vl-convert runs one JavaScript engine for the whole process, and trials are drawn from several threads.
_ENGINE = threading.Lock()

_GEOMETRY = re.compile(r' (?:d|transform|x2?|y2?)="[^"]*"')
_LONG_DECIMAL = re.compile(r"-?\d+\.\d{2,}(?:e-?\d+)?")


@dataclass(frozen=True)
class Drawing:
    """One chart in both formats."""

    svg: bytes
    png: bytes


def draw(chart: Chart, datasets: Datasets, *, description: str) -> Drawing:
    """Render a chart whose data are named.

    Args:
        chart: Refers to its data by `alt.NamedData`; so Altair validates the chart and not every row.
        datasets: The rows by name.
        description: The finding in words, for readers who do not see the chart.
    """
    return as_drawing(draw_svg(chart, datasets), description=description)


def as_drawing(svg: str, *, description: str) -> Drawing:
    """Return an SVG in both formats, with the finding in words for readers who do not see it."""
    described = _describe(svg, description)
    return Drawing(svg=described.encode("utf-8"), png=to_png(described))


def draw_svg(chart: Chart, datasets: Datasets) -> str:
    """Render a chart whose data are named, as SVG alone."""
    # Imported here: it starts a JavaScript engine.
    import vl_convert

    # Altair validates every part of a chart when it is made; once more costs a third of its time.
    spec = chart.to_dict(validate=False) | {"datasets": datasets, "config": theme.CONFIG}
    with _ENGINE:
        return _round(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))


def to_png(svg: str) -> bytes:
    """Return the pixels of an SVG, two to one of its layout."""
    import vl_convert

    with _ENGINE:
        return vl_convert.svg_to_png(svg, scale=PNG_SCALE)


def _round(svg: str) -> str:
    """Keep a tenth of a pixel: a third of the bytes, and the same picture."""
    return _GEOMETRY.sub(lambda found: _LONG_DECIMAL.sub(_to_tenth, found.group()), svg)


def _to_tenth(found: re.Match[str]) -> str:
    return f"{float(found.group()):.1f}".removesuffix(".0")


def _describe(svg: str, description: str) -> str:
    label = escape(description, {'"': "&quot;"})
    return svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
