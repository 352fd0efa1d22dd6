"""The learning curves of one trial: a panel a metric, training against validation."""

from __future__ import annotations

import altair as alt

from ablation.report import theme
from ablation.report.drawing import Datasets, Row, draw
from ablation.report.epoch_chart import clipped_note, epoch_axis, value_axis
from ablation.report.history import EPOCH, LOSS, OBJECTIVE, VALIDATION_PREFIX, History
from ablation.report.learning_chart import SPLITS
from ablation.report.series import Domain, axis_domain, values_of

COLUMNS = 2
TICKS = 11
PANEL_WIDTH, PANEL_HEIGHT = 330, 190


def render_trial_curves(history: History, *, title: str) -> dict[str, bytes]:
    """Draw every metric of a trial over its epochs.

    Returns:
        curves.svg and curves.png; nothing where the history holds no value to draw.
    """
    metrics = [metric for metric in _metrics(history) if _tells_something(history, metric)]
    if not metrics:
        return {}
    domains = [axis_domain(_values(history, metric)) for metric in metrics]
    # The name of a data set is ours: a metric's name may be anything.
    names = [f"panel_{place}" for place in range(len(metrics))]
    datasets: Datasets = {
        name: _rows(history, metric, domain) for name, metric, domain in zip(names, metrics, domains, strict=True)
    }
    panels = [_panel(*each, history.epochs()) for each in zip(names, metrics, domains, strict=True)]
    chart = alt.concat(*panels, columns=COLUMNS).properties(title=alt.TitleParams(title, subtitle=_subtitle(history)))
    drawing = draw(chart, datasets, description=_description(history, title, metrics))
    return {"curves.svg": drawing.svg, "curves.png": drawing.png}


def _metrics(history: History) -> list[str]:
    """Return the panels, in the order of the columns: `val_loss` shares the panel of `loss`."""
    names = [name.removeprefix(VALIDATION_PREFIX) for name in history.columns if name != EPOCH]
    return list(dict.fromkeys(names))


def _tells_something(history: History, metric: str) -> bool:
    """Whether a panel has values that another panel or a single number does not tell as well."""
    values = _values(history, metric)
    if metric == OBJECTIVE and values == _values(history, LOSS):
        return False  # no penalty
    return bool(values) and (metric != "learning_rate" or len(set(values)) > 1)


def _values(history: History, metric: str) -> list[float]:
    curves = [history.curve(column) for column in _columns(metric).values()]
    return [value for value in values_of(curves) if value is not None]


def _columns(metric: str) -> dict[str, str]:
    return dict(zip(SPLITS, (metric, f"{VALIDATION_PREFIX}{metric}"), strict=True))


def _rows(history: History, metric: str, domain: Domain) -> list[Row]:
    return [
        {"split": split, "epoch": epoch, "value": value}
        for split, column in _columns(metric).items()
        for epoch, value in domain.cut(history.curve(column))
    ]


def _panel(name: str, metric: str, domain: Domain, epochs: list[int]) -> alt.Chart:
    colours = alt.Scale(domain=list(SPLITS), range=[theme.TRAINING_COLOUR, theme.VALIDATION_COLOUR])
    lines = alt.Chart(alt.NamedData(name)).mark_line(strokeWidth=theme.BOLD, point=len(epochs) < theme.FEW_EPOCHS)
    panel: alt.Chart = lines.encode(
        x=epoch_axis(epochs, most_ticks=TICKS),
        y=value_axis(metric, domain),
        color=alt.Color("split:N", scale=colours, legend=alt.Legend()),
    ).properties(width=PANEL_WIDTH, height=PANEL_HEIGHT)
    if domain.is_clipped:
        note = alt.TitleParams(clipped_note(domain), fontSize=11, fontWeight="normal", color=theme.MUTED, offset=4)
        panel.title = note
    return panel


def _subtitle(history: History) -> list[str]:
    epoch = _first_not_finite(history)
    return [] if epoch is None else [f"a value is not finite at epoch {epoch}"]


def _first_not_finite(history: History) -> int | None:
    """Return the first epoch with a value that is not finite, in a column that had one before."""
    curves = [history.curve(column) for column in history.columns if column != EPOCH]
    broken = [epoch for curve in curves if any(v is not None for _, v in curve) for epoch, v in curve if v is None]
    return min(broken, default=None)


def _description(history: History, title: str, metrics: list[str]) -> str:
    last = {name: values[-1] for name, values in history.columns.items() if name != EPOCH and values}
    ends = ", ".join(f"{name} {value:.3g}" for name, value in last.items())
    return f"{title}: {', '.join(metrics)} over {len(history.epochs())} epochs. At the end: {ends}."
