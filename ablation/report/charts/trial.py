"""The learning curves of one trial: a panel a metric, training against validation."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ablation.history import CLEAN_PREFIX, EPOCH, LOSS, OBJECTIVE, VALIDATION_PREFIX, History
from ablation.report import theme
from ablation.report.drawing.domain import axis_domain, values_of
from ablation.report.drawing.line_plot import Line, LinePlot, legend
from ablation.report.drawing.rendering import as_drawing
from ablation.report.drawing.svg import document, text
from ablation.report.drawing.ticks import epoch_ticks

COLUMNS = 2
TICKS = 11
# The lines of a panel: whose values, the prefix of their column, their colour.
LINES = (
    ("training", "", theme.TRAINING_COLOUR),
    ("validation", VALIDATION_PREFIX, theme.VALIDATION_COLOUR),
    ("training, dropout off", CLEAN_PREFIX, theme.CLEAN_COLOUR),
)
# Where a panel's inner area begins in its place, and how large that place is, in pixels.
LEFT, TOP = 68, 22
PANEL_WIDTH, PANEL_HEIGHT = 412, 264
HEADER_HEIGHT, RIGHT = 70, 8


def render_trial_curves(history: History, *, title: str) -> dict[str, bytes]:
    """Draw every metric of a trial over its epochs.

    Returns:
        curves.svg and curves.png; nothing where the history holds no value to draw.
    """
    metrics = [metric for metric in _metrics(history) if _tells_something(history, metric)]
    if not metrics:
        return {}
    plots = [_plot(history, metric) for metric in metrics]
    heading = _heading(title, _subtitle(history), _entries(history))
    drawing = as_drawing(_page(plots, heading), description=_description(history, title, metrics))
    return {"curves.svg": drawing.svg, "curves.png": drawing.png}


def _heading(title: str, subtitle: str, entries: list[tuple[str, str]]) -> list[str]:
    above = text(title, LEFT, 24, 14, style='font-weight="600"')
    return [above, text(subtitle, LEFT, 42, colour=theme.MUTED), legend(entries, LEFT, 60)]


def _entries(history: History) -> list[tuple[str, str]]:
    """Return name and colour of each kind of line; that of the clean metrics only where there are some."""
    is_clean = any(column.startswith(CLEAN_PREFIX) for column in history.columns)
    return [(split, colour) for split, prefix, colour in LINES if is_clean or prefix != CLEAN_PREFIX]


def _page(plots: Sequence[LinePlot], heading: list[str]) -> str:
    rows = math.ceil(len(plots) / COLUMNS)
    width, height = min(len(plots), COLUMNS) * PANEL_WIDTH + RIGHT, HEADER_HEIGHT + rows * PANEL_HEIGHT
    places = [(LEFT + place % COLUMNS * PANEL_WIDTH, place // COLUMNS * PANEL_HEIGHT) for place in range(len(plots))]
    panels = [plot.svg(left, HEADER_HEIGHT + TOP + top) for plot, (left, top) in zip(plots, places, strict=True)]
    return document("".join([*heading, *panels]), width, height)


def _metrics(history: History) -> list[str]:
    """Return the panels, in the order of the columns: `val_loss` and `clean_loss` share the panel of `loss`."""
    names = [name for name in history.columns if name != EPOCH]
    return list(dict.fromkeys(name.removeprefix(VALIDATION_PREFIX).removeprefix(CLEAN_PREFIX) for name in names))


def _tells_something(history: History, metric: str) -> bool:
    """Whether a panel has values that another panel or a single number does not tell as well."""
    values = _values(history, metric)
    if metric == OBJECTIVE and values == _values(history, LOSS):
        return False  # no penalty
    return bool(values) and (metric != "learning_rate" or len(set(values)) > 1)


def _values(history: History, metric: str) -> list[float]:
    curves = [history.curve(f"{prefix}{metric}") for _, prefix, _ in LINES]
    return [value for value in values_of(curves) if value is not None]


def _plot(history: History, metric: str) -> LinePlot:
    domain, epochs = axis_domain(_values(history, metric)), history.epochs()
    return LinePlot(
        name=metric,
        lines=[
            Line(colour, domain.cut(curve)) for _, prefix, colour in LINES if (curve := history.curve(prefix + metric))
        ],
        domain=domain,
        ticks=epoch_ticks(epochs, TICKS),
        epochs=(min(epochs), max(epochs)),
        note=" ".join(domain.notes),
        has_points=len(epochs) < theme.FEW_EPOCHS,
    )


def _subtitle(history: History) -> str:
    epoch = _first_not_finite(history)
    return "" if epoch is None else f"a value is not finite at epoch {epoch}"


def _first_not_finite(history: History) -> int | None:
    """Return the first epoch with a value that is not finite, in a column that had one before."""
    curves = [history.curve(column) for column in history.columns if column != EPOCH]
    broken = [epoch for curve in curves if any(v is not None for _, v in curve) for epoch, v in curve if v is None]
    return min(broken, default=None)


def _description(history: History, title: str, metrics: list[str]) -> str:
    last = {name: values[-1] for name, values in history.columns.items() if name != EPOCH and values}
    ends = ", ".join(f"{name} {value:.3g}" for name, value in last.items())
    return f"{title}: {', '.join(metrics)} over {len(history.epochs())} epochs. At the end: {ends}."
