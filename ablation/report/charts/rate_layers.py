"""How Vega draws a learning-rate range test."""

from __future__ import annotations

import math
from collections.abc import Sequence

import altair as alt

from ablation.analysis import RateRange
from ablation.report import theme
from ablation.report.drawing.domain import Domain
from ablation.report.drawing.rendering import Row

LEGEND = "thin: each step; bold: smoothed; grey band: where the loss falls"
LOSS = "objective (training loss with every penalty)"
STEEPEST_COLOUR, TENTH_COLOUR, OWN_COLOUR = theme.VARIANT_COLOURS[1], theme.VARIANT_COLOURS[2], theme.BASELINE
LINE_PX = 16


def rate_chart(found: RateRange, domain: Domain, marks: Sequence[Row], title: str) -> alt.LayerChart | alt.FacetChart:
    """Return the chart of a range test.

    Args:
        found: With one step at least.
        domain: The axis of the loss.
        marks: Rates to mark, with the line of their words above the plot.
        title: Names study, variant and seed.
    """
    x, y = _rate_axis(found, marks), _loss_axis(domain)
    lines = alt.Chart(alt.NamedData("steps")).encode(x=x, y=y)
    raw = lines.mark_line(strokeWidth=theme.THIN, strokeOpacity=theme.FAINT, color=theme.TRAINING_COLOUR)
    smoothed = lines.mark_line(strokeWidth=theme.BOLD, color=theme.TRAINING_COLOUR)
    band = alt.Chart(alt.NamedData("band")).mark_rect(color=theme.BAND, opacity=1)
    return alt.layer(
        band.encode(x=alt.X("low:Q"), x2="high:Q"),
        raw.transform_filter("datum.kind === 'raw'"),
        smoothed.transform_filter("datum.kind === 'smoothed'"),
        *(layer for mark in marks for layer in _mark_layers(mark)),
    ).properties(width=theme.PLOT_WIDTH, height=theme.PLOT_HEIGHT, title=_title(title, domain))


def _loss_axis(domain: Domain) -> alt.Y:
    scale = alt.Scale(domain=[domain.low, domain.high], nice=False, zero=False)
    return alt.Y("value:Q", title=LOSS, axis=alt.Axis(tickCount=6), scale=scale)


def _rate_axis(found: RateRange, marks: Sequence[Row]) -> alt.X:
    rates = [*found.rates, found.last_rate, *(float(mark["rate"] or 0) for mark in marks)]
    low, high = math.floor(math.log10(min(rates)) + 1e-9), math.ceil(math.log10(max(rates)) - 1e-9)
    axis = alt.Axis(values=[10.0**power for power in range(low, high + 1)], format="~e", grid=True)
    scale = alt.Scale(type="log", domain=[min(rates), max(rates)], nice=False)
    return alt.X("rate:Q", title="learning rate (log scale)", axis=axis, scale=scale)


def _mark_layers(mark: Row) -> list[alt.Chart]:
    colour = {"steepest": STEEPEST_COLOUR, "tenth": TENTH_COLOUR, "own": OWN_COLOUR}[str(mark["kind"])]
    one = alt.Chart(alt.NamedData("marks")).transform_filter(f"datum.kind === '{mark['kind']}'").encode(x="rate:Q")
    top = float(mark["top"] or 0) * LINE_PX
    rule = one.mark_rule(
        color=colour, strokeWidth=theme.BOLD if mark["kind"] != "own" else theme.THIN + 0.5, strokeDash=_dash(mark)
    ).encode(y=alt.value(top + LINE_PX / 2), y2=alt.value(theme.PLOT_HEIGHT))
    words = one.mark_text(align="left", baseline="middle", dx=5, fontSize=12, color=colour)
    return [rule, words.encode(y=alt.value(top + LINE_PX / 2), text="words:N")]


def _dash(mark: Row) -> list[int]:
    return {"steepest": [1, 0], "tenth": [6, 3], "own": [2, 2]}[str(mark["kind"])]


def _title(title: str, domain: Domain) -> alt.TitleParams:
    return alt.TitleParams(title, subtitle=[LEGEND, *domain.notes])
