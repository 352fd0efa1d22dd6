"""Training against validation: a panel a variant, all with the same axes."""

from __future__ import annotations

import altair as alt

from ablation.history import VALIDATION_PREFIX
from ablation.report import theme
from ablation.report.drawing import Drawing, Row, draw
from ablation.report.epoch_chart import LEGEND, PANEL_TICKS, clipped_note, epoch_axis, value_axis, variant_colour
from ablation.report.series import Domain, mean_curves, seed_curves, study_domain
from ablation.report.study import StudyReport

SPLITS = ("training", "validation")
COLUMNS = 3
PANEL_WIDTH, PANEL_HEIGHT = 240, 165


def draw_learning(report: StudyReport, metric: str, *, description: str) -> Drawing:
    """Draw a metric on the training and on the validation data, every seed thin, the mean bold."""
    columns = dict(zip(SPLITS, (metric, f"{VALIDATION_PREFIX}{metric}"), strict=True))
    domain = study_domain(report, list(columns.values()))
    rows = [row for split, column in columns.items() for row in _rows(report, split, column, domain)]
    return draw(_chart(report, metric, domain, rows), {"curves": rows}, description=description)


def _chart(report: StudyReport, metric: str, domain: Domain, rows: list[Row]) -> alt.FacetChart:
    shown = [variant for variant in report.variants if any(row["variant"] == variant for row in rows)]
    histories = [history for by_seed in report.histories.values() for history in by_seed.values()]
    epochs = {epoch for history in histories for epoch in history.epochs()}
    dash = alt.StrokeDash(
        "split:N",
        scale=alt.Scale(domain=list(SPLITS), range=[[4, 3], [1, 0]]),
        legend=alt.Legend(symbolType="stroke", symbolStrokeColor=theme.INK),
    )
    lines = alt.Chart().encode(
        x=epoch_axis(epochs, most_ticks=PANEL_TICKS), y=value_axis(metric, domain), color=variant_colour(report, shown)
    )
    thin = lines.mark_line(strokeWidth=theme.THIN, strokeOpacity=theme.FAINT).encode(detail="seed:N", strokeDash=dash)
    bold = lines.mark_line(strokeWidth=theme.BOLD).encode(strokeDash=dash)
    # A layer of their own, since points on the lines would take over the legend of the dashes.
    dots = [lines.mark_point(size=25, filled=True, opacity=1)] if len(epochs) < theme.FEW_EPOCHS else []
    title = alt.TitleParams(
        f"{metric}: training against validation",
        subtitle=[LEGEND, *clipped_note(domain)],
    )
    return (
        alt.layer(
            thin.transform_filter("datum.kind === 'seed'"),
            *(layer.transform_filter("datum.kind === 'mean'") for layer in (bold, *dots)),
            data=alt.NamedData("curves"),
        )
        .properties(width=PANEL_WIDTH, height=PANEL_HEIGHT)
        .facet(facet=alt.Facet("variant:N", sort=shown, title=None), columns=COLUMNS)
        .properties(title=title)
    )


def _rows(report: StudyReport, split: str, column: str, domain: Domain) -> list[Row]:
    seeds = [
        (variant, seed, "seed", curve)
        for variant, by_seed in seed_curves(report, column).items()
        for seed, curve in by_seed.items()
    ]
    means = [(variant, -1, "mean", curve) for variant, curve in mean_curves(report, column).items()]
    return [
        {"variant": variant, "seed": seed, "split": split, "kind": kind, "epoch": epoch, "value": value}
        for variant, seed, kind, curve in seeds + means
        for epoch, value in domain.cut(curve)
    ]
