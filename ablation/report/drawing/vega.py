"""From an Altair chart to SVG, through vl-convert: no browser, no network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ablation.report import theme
from ablation.report.drawing.rendering import ENGINE, Drawing, Row, as_drawing

if TYPE_CHECKING:
    import altair as alt

    Chart = alt.LayerChart | alt.FacetChart | alt.ConcatChart | alt.VConcatChart

Datasets = dict[str, list[Row]]

_GEOMETRY = re.compile(r' (?:d|transform|x2?|y2?)="[^"]*"')
_LONG_DECIMAL = re.compile(r"-?\d+\.\d{2,}(?:e-?\d+)?")


def draw(chart: Chart, datasets: Datasets, *, description: str) -> Drawing:
    """Render a chart whose data are named.

    Args:
        chart: Refers to its data by `alt.NamedData`; so Altair validates the chart and not every row.
        datasets: The rows by name.
        description: The finding in words, for readers who do not see the chart.
    """
    return as_drawing(draw_svg(chart, datasets), description=description)


def draw_svg(chart: Chart, datasets: Datasets) -> str:
    """Render a chart whose data are named, as SVG alone."""
    # Imported here: it starts a JavaScript engine.
    import vl_convert

    # Altair validates every part of a chart when it is made; once more costs a third of its time.
    spec = chart.to_dict(validate=False) | {"datasets": datasets, "config": theme.CONFIG}
    with ENGINE:
        return _round(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))


def _round(svg: str) -> str:
    """Keep a tenth of a pixel: a third of the bytes, and the same picture."""
    return _GEOMETRY.sub(lambda found: _LONG_DECIMAL.sub(_to_tenth, found.group()), svg)


def _to_tenth(found: re.Match[str]) -> str:
    return f"{float(found.group()):.1f}".removesuffix(".0")
