"""The chart of a learning-rate range test: the loss over the rate, what is suggested, and the study's own rate."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from ablation.analysis import RateRange, range_lines
from ablation.report.drawing.domain import Curve, Domain
from ablation.report.drawing.rendering import Drawing, Row
from ablation.report.drawing.vega import Datasets, draw

# Of the way down of the loss, what is shown above and below it.
HEADROOM, FOOTROOM = 0.3, 0.05


def render_rate_range(found: RateRange, *, title: str) -> Drawing:
    """Draw a range test.

    Args:
        found: With one step at least.
        title: Names study, variant and seed.
    """
    # Imported here: it takes longer than all charts of a study.
    from ablation.report.charts.rate_layers import rate_chart

    domain, marks = loss_domain(found), list(_marks(found))
    datasets: Datasets = {
        "steps": [*_rows(found, "raw", found.losses, domain), *_rows(found, "smoothed", found.smoothed, domain)],
        "band": [] if found.useful is None else [{"low": found.useful[0], "high": found.useful[1]}],
        "marks": marks,
    }
    return draw(
        rate_chart(found, domain, marks, title), datasets, description=f"{title}. {' '.join(range_lines(found))}"
    )


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
        yield {"kind": kind, "rate": rate, "words": f"{words}: {rate:.2g}", "top": line - len(shown)}
