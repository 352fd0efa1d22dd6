"""One metric over the epochs, every variant: all in one plot, or a panel each where they are many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import altair as alt

from ablation.report import theme
from ablation.report.drawing import Datasets, Drawing, Row, draw
from ablation.report.series import Curve, Domain, mean_curves, seed_curves, study_domain, turning_points
from ablation.report.study import StudyReport

# More curves than this in one plot cannot be told apart.
MOST_OVERLAID = 8
PANEL_COLUMNS = 4
PANEL_WIDTH, PANEL_HEIGHT = 175, 130
OVERLAY_TICKS, PANEL_TICKS = 16, 6
LABEL_STEP_PX = 16
LABEL_GAP_PX = 12
LEGEND = "thin: one seed; bold: mean of the finished seeds"


@dataclass(frozen=True)
class EpochPlot:
    """What one chart over the epochs shows."""

    report: StudyReport
    column: str
    shown: list[str]
    seeds: dict[str, dict[int, Curve]]
    means: dict[str, Curve]
    domain: Domain

    def epochs(self) -> set[int]:
        """Return every epoch that any seed reached."""
        return {epoch for by_seed in self.seeds.values() for curve in by_seed.values() for epoch, _ in curve}

    def colour(self) -> alt.Color:
        """Return the colours of the shown variants."""
        return variant_colour(self.report, self.shown)


def draw_epochs(report: StudyReport, column: str, *, description: str) -> Drawing:
    """Draw a column of the histories over the epochs: every seed thin, the mean bold, its best epoch a dot."""
    seeds = seed_curves(report, column)
    plot = EpochPlot(
        report=report,
        column=column,
        shown=[variant for variant in report.variants if seeds[variant]],
        seeds=seeds,
        means=mean_curves(report, column),
        domain=study_domain(report, [column]),
    )
    if len(plot.shown) > MOST_OVERLAID:
        return draw(_panels(plot), {"curves": _panel_rows(plot)}, description=description)
    turning = turning_points(report, column)
    datasets: Datasets = {
        "curves": _seed_rows(plot, plot.shown) + _mean_rows(plot, plot.shown),
        "turning": [_row(variant, -1, "turn", *turning[variant]) for variant in plot.shown if variant in turning],
        "labels": label_rows(plot.means, plot.shown, plot.domain),
    }
    return draw(_overlay(plot), datasets, description=description)


def epoch_axis(epochs: Iterable[int], *, most_ticks: int) -> alt.X:
    """Return the axis of epochs: whole numbers, no margin."""
    axis = alt.Axis(format="d", values=epoch_ticks(epochs, most_ticks), grid=False)
    return alt.X("epoch:Q", title="epoch", axis=axis, scale=alt.Scale(zero=False, nice=False))


def epoch_ticks(epochs: Iterable[int], most: int) -> list[int]:
    """Return round epochs to label; left to itself the chart labels halves, or 2 twice."""
    known = sorted(set(epochs)) or [1]
    steps = (digit * 10**power for power in range(9) for digit in (1, 2, 5))
    step = next(step for step in steps if (known[-1] - known[0]) / step < most)
    return [epoch for epoch in range(known[0], known[-1] + 1) if epoch % step == 0]


def value_axis(column: str | None, domain: Domain) -> alt.Y:
    """Return the axis of a metric, named as the spec names it."""
    return alt.Y(
        "value:Q",
        title=column,
        axis=alt.Axis(tickCount=6),
        scale=alt.Scale(domain=[domain.low, domain.high], nice=False, zero=False),
    )


def variant_colour(report: StudyReport, shown: Sequence[str]) -> alt.Color:
    """Return the colour of a variant, without a legend: labels or panels name it."""
    colours = theme.colours_of(report.variants, report.baseline)
    scale = alt.Scale(domain=list(shown), range=[colours[variant] for variant in shown])
    return alt.Color("variant:N", scale=scale, legend=None)


def clipped_note(domain: Domain) -> list[str]:
    """Return the tag that a cut axis carries."""
    return ["clipped: some values lie outside the axis"] if domain.is_clipped else []


def label_rows(means: dict[str, Curve], shown: Sequence[str], domain: Domain) -> list[Row]:
    """Return a label at the end of each mean curve, pushed apart where ends lie closer than a line of text."""
    height, span = theme.PLOT_HEIGHT, domain.high - domain.low
    ends = {variant: _last(means[variant]) for variant in shown}
    places = {
        variant: min(max((domain.high - end) / span * height, 0.0), float(height))
        for variant, end in ends.items()
        if end is not None
    }
    names = sorted(places, key=lambda name: places[name])
    free = spread_apart([places[name] for name in names], LABEL_STEP_PX, height)
    return [{"variant": name, "value": domain.high - y / height * span} for name, y in zip(names, free, strict=True)]


def spread_apart(places: Sequence[float], step: float, height: float) -> list[float]:
    """Move sorted places apart to at least a step, keeping them above the lower end where there is room."""
    spread: list[float] = []
    for place in places:
        spread.append(max(place, spread[-1] + step) if spread else place)
    limit = height
    for index in range(len(spread) - 1, -1, -1):
        spread[index] = min(spread[index], limit)
        limit = spread[index] - step
    return spread


def _overlay(plot: EpochPlot) -> alt.LayerChart | alt.FacetChart:
    widths = theme.widths_of(plot.report.variants, plot.report.baseline)
    width = alt.Scale(domain=plot.shown, range=[widths[variant] for variant in plot.shown])
    epochs, colour = plot.epochs(), plot.colour()
    x, y = epoch_axis(epochs, most_ticks=OVERLAY_TICKS), value_axis(plot.column, plot.domain)
    has_points = len(epochs) < theme.FEW_EPOCHS
    lines = alt.Chart(alt.NamedData("curves")).encode(x=x, y=y, color=colour)
    thin = lines.mark_line(strokeWidth=theme.THIN, strokeOpacity=theme.FAINT, point=has_points)
    bold = lines.mark_line(point=has_points).encode(strokeWidth=alt.StrokeWidth("variant:N", scale=width, legend=None))
    dots = alt.Chart(alt.NamedData("turning")).mark_point(size=70, filled=True, fillOpacity=1, opacity=1)
    labels = alt.Chart(alt.NamedData("labels")).encode(y="value:Q", x=alt.value(theme.PLOT_WIDTH + LABEL_GAP_PX))
    return alt.layer(
        thin.encode(detail="seed:N").transform_filter("datum.kind === 'seed'"),
        bold.transform_filter("datum.kind === 'mean'"),
        dots.encode(x="epoch:Q", y="value:Q", color=colour),
        labels.mark_point(size=50, shape="square", filled=True, opacity=1).encode(color=colour),
        labels.mark_text(align="left", dx=9, limit=200, fontSize=12, color=theme.INK).encode(text="variant:N"),
    ).properties(width=theme.PLOT_WIDTH, height=theme.PLOT_HEIGHT, title=_title(plot, "dot: its best epoch"))


def _panels(plot: EpochPlot) -> alt.FacetChart:
    baseline = plot.report.baseline
    lines = alt.Chart().encode(
        x=epoch_axis(plot.epochs(), most_ticks=PANEL_TICKS),
        y=value_axis(plot.column, plot.domain),
        color=plot.colour(),
    )
    thin = lines.mark_line(strokeWidth=theme.THIN, strokeOpacity=theme.FAINT).encode(detail="seed:N")
    bold = lines.mark_line(strokeWidth=theme.BOLD)
    return (
        alt.layer(
            thin.transform_filter("datum.kind === 'seed'"),
            bold.transform_filter("datum.kind === 'mean'"),
            data=alt.NamedData("curves"),
        )
        .properties(width=PANEL_WIDTH, height=PANEL_HEIGHT)
        .facet(facet=alt.Facet("panel:N", sort=_others(plot), title=None), columns=PANEL_COLUMNS)
        .properties(title=_title(plot, f"grey: the mean of {baseline}" if baseline in plot.shown else ""))
    )


def _title(plot: EpochPlot, note: str) -> alt.TitleParams:
    legend = "; ".join(part for part in (LEGEND, note) if part)
    return alt.TitleParams(f"{plot.column} over epochs", subtitle=[legend, *clipped_note(plot.domain)])


def _others(plot: EpochPlot) -> list[str]:
    return [variant for variant in plot.shown if variant != plot.report.baseline]


def _seed_rows(plot: EpochPlot, variants: Sequence[str]) -> list[Row]:
    return [
        _row(variant, seed, "seed", epoch, value)
        for variant in variants
        for seed, curve in plot.seeds[variant].items()
        for epoch, value in plot.domain.cut(curve)
    ]


def _mean_rows(plot: EpochPlot, variants: Sequence[str]) -> list[Row]:
    cut = {variant: plot.domain.cut(plot.means[variant]) for variant in variants}
    return [_row(variant, -1, "mean", epoch, value) for variant, curve in cut.items() for epoch, value in curve]


def _panel_rows(plot: EpochPlot) -> list[Row]:
    """Repeat the baseline's mean in the panel of every other variant."""
    others = _others(plot)
    lead = _mean_rows(plot, [plot.report.baseline]) if plot.report.baseline in plot.shown else []
    own = _seed_rows(plot, others) + _mean_rows(plot, others)
    return [row | {"panel": panel} for panel in others for row in lead] + [
        row | {"panel": row["variant"]} for row in own
    ]


def _row(variant: str, seed: int, kind: str, epoch: float, value: float | None) -> Row:
    return {"variant": variant, "seed": seed, "kind": kind, "epoch": epoch, "value": value}


def _last(curve: Curve) -> float | None:
    return next((value for _, value in reversed(curve) if value is not None), None)
