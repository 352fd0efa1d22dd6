"""The chart of a learning-rate range test: the loss over the rate, what is suggested, and the study's own rate."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import altair as alt

from ablation.analysis import RateRange, range_lines
from ablation.report import theme
from ablation.report.drawing import Datasets, Drawing, Row, draw
from ablation.report.epoch_chart import clipped_note, value_axis
from ablation.report.series import Curve, Domain

LEGEND = "thin: each step; bold: smoothed; grey band: where the loss falls"
LOSS = "objective (training loss with every penalty)"
# Of the way down of the loss, what is shown above and below it.
HEADROOM, FOOTROOM = 0.3, 0.05
STEEPEST_COLOUR, TENTH_COLOUR, OWN_COLOUR = theme.VARIANT_COLOURS[1], theme.VARIANT_COLOURS[2], theme.BASELINE
LINE_PX = 16


def render_rate_range(found: RateRange, *, title: str) -> Drawing:
    """Draw a range test.

    Args:
        found: With one step at least.
        title: Names study, variant and seed.
    """
    domain = loss_domain(found)
    datasets: Datasets = {
        "steps": [*_rows(found, "raw", found.losses, domain), *_rows(found, "smoothed", found.smoothed, domain)],
        "band": [] if found.useful is None else [{"low": found.useful[0], "high": found.useful[1]}],
        "marks": list(_marks(found)),
    }
    return draw(_chart(found, domain, title), datasets, description=f"{title}. {' '.join(range_lines(found))}")


def loss_domain(found: RateRange) -> Domain:
    """Return the axis of the loss: the way down and the beginning of the way up, however far up that goes."""
    lowest = min(range(len(found.smoothed)), key=found.smoothed.__getitem__)
    low, top = min(found.losses), max(found.start_loss, *found.smoothed[: lowest + 1])
    span = (top - low) or abs(top) or 1.0
    shown = low - FOOTROOM * span, top + HEADROOM * span
    values = (*found.losses, *found.smoothed)
    return Domain(*shown, is_clipped=not all(shown[0] <= value <= shown[1] for value in values))


def _rows(found: RateRange, kind: str, losses: Sequence[float], domain: Domain) -> list[Row]:
    """Return the points of a line, cut where it leaves the axis; between two rates in equal ratios to them."""
    curve: Curve = list(enumerate(losses))
    return [{"kind": kind, "rate": _rate(found.rates, place), "value": value} for place, value in domain.cut(curve)]


def _rate(rates: Sequence[float], place: float) -> float:
    step = min(int(place), len(rates) - 2) if len(rates) > 1 else 0
    ratio = rates[step + 1] / rates[step] if len(rates) > 1 else 1.0
    return rates[step] * math.exp((place - step) * math.log(ratio))


def _marks(found: RateRange) -> Iterator[Row]:
    """Yield the rates to mark, each with its words on a line of its own above the plot: the leftmost on the highest.

    So no rule crosses the words of another, which stand to the right of theirs.
    """
    named = [
        ("steepest", "steepest descent", found.steepest),
        ("tenth", "minimum / 10", found.minimum_tenth),
        ("own", "the spec's", found.own_rate),
    ]
    shown = sorted((rate, kind, words) for kind, words, rate in named if rate is not None)
    for line, (rate, kind, words) in enumerate(shown):
        yield {"kind": kind, "rate": rate, "words": f"{words}: {rate:.2g}", "top": (line - len(shown)) * LINE_PX}


def _chart(found: RateRange, domain: Domain, title: str) -> alt.LayerChart | alt.FacetChart:
    marks = list(_marks(found))
    x, y = _rate_axis(found, marks), value_axis(LOSS, domain)
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


def _rate_axis(found: RateRange, marks: Sequence[Row]) -> alt.X:
    rates = [*found.rates, found.last_rate, *(float(mark["rate"] or 0) for mark in marks)]
    low, high = math.floor(math.log10(min(rates)) + 1e-9), math.ceil(math.log10(max(rates)) - 1e-9)
    axis = alt.Axis(values=[10.0**power for power in range(low, high + 1)], format="~e", grid=True)
    scale = alt.Scale(type="log", domain=[min(rates), max(rates)], nice=False)
    return alt.X("rate:Q", title="learning rate (log scale)", axis=axis, scale=scale)


def _mark_layers(mark: Row) -> list[alt.Chart]:
    colour = {"steepest": STEEPEST_COLOUR, "tenth": TENTH_COLOUR, "own": OWN_COLOUR}[str(mark["kind"])]
    one = alt.Chart(alt.NamedData("marks")).transform_filter(f"datum.kind === '{mark['kind']}'").encode(x="rate:Q")
    top = float(mark["top"] or 0)
    rule = one.mark_rule(
        color=colour, strokeWidth=theme.BOLD if mark["kind"] != "own" else theme.THIN + 0.5, strokeDash=_dash(mark)
    ).encode(y=alt.value(top + LINE_PX / 2), y2=alt.value(theme.PLOT_HEIGHT))
    words = one.mark_text(align="left", baseline="middle", dx=5, fontSize=12, color=colour)
    return [rule, words.encode(y=alt.value(top + LINE_PX / 2), text="words:N")]


def _dash(mark: Row) -> list[int]:
    return {"steepest": [1, 0], "tenth": [6, 3], "own": [2, 2]}[str(mark["kind"])]


def _title(title: str, domain: Domain) -> alt.TitleParams:
    return alt.TitleParams(title, subtitle=[LEGEND, *clipped_note(domain)])
