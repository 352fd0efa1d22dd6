"""Class balance and histograms of a sheet, as one chart."""

from __future__ import annotations

from collections.abc import Iterator

import altair as alt

from ablation.report import theme
from ablation.report.drawing.rendering import Row
from ablation.report.drawing.vega import Datasets, draw_svg
from ablation.report.preview.sheet import Balance, Panel, PreviewSheet

SPLIT_COLOURS = theme.VARIANT_COLOURS[:3]
MOST_NAMED_CLASSES = 40
BALANCE_HEIGHT = 150
PANELS_A_ROW = 3
PANEL_WIDTH, PANEL_HEIGHT = 210, 110
FEW_PANELS = {1: 736, 2: 340}
COUNT_TICKS = 4
HEADROOM = 1.08
PANEL_SPACING = 50
CLASS_WIDTH = 130
MARK = "_mark"


def draw_charts(sheet: PreviewSheet) -> str | None:
    """Return the charts of a sheet as an SVG document; None where there is nothing to draw."""
    charts = list(_charts(sheet))
    if not charts:
        return None
    datasets = {name: rows for _, named in charts for name, rows in named.items()}
    whole = alt.vconcat(*(chart for chart, _ in charts), spacing=24).resolve_scale(color="independent")
    return draw_svg(whole, datasets)


def _charts(sheet: PreviewSheet) -> Iterator[tuple[alt.Chart | alt.ConcatChart, Datasets]]:
    if sheet.balance:
        yield _balance(sheet.balance), {"balance": _balance_rows(sheet.balance)}
    if sheet.panels:
        width = FEW_PANELS.get(len(sheet.panels), PANEL_WIDTH)
        drawn = [_panel(f"panel_{place}", panel, width) for place, panel in enumerate(sheet.panels)]
        rows = {f"panel_{place}": _panel_rows(panel) for place, panel in enumerate(sheet.panels)}
        marks = {f"panel_{place}{MARK}": _mark_rows(panel) for place, panel in enumerate(sheet.panels)}
        title = alt.TitleParams("Training split", subtitle=sheet.panels_title, frame="bounds")
        yield (
            alt.concat(*drawn, columns=PANELS_A_ROW, bounds="flush", spacing=PANEL_SPACING).properties(title=title),
            rows | marks,
        )


def _balance(balance: Balance) -> alt.Chart:
    is_named = len(balance.classes) <= MOST_NAMED_CLASSES
    splits = list(balance.shares)
    subtitle = "share of each split's samples"
    if not is_named:
        splits = splits[:1]
        subtitle = f"share of the training samples of {len(balance.classes):,} classes, the most frequent first"
    colour = alt.Color("split:N", scale=alt.Scale(domain=splits, range=list(SPLIT_COLOURS[: len(splits)])))
    is_crowded = max(map(len, balance.classes)) * len(balance.classes) > 90
    axis = alt.Axis(labelAngle=-40 if is_crowded else 0, labels=is_named, ticks=is_named, title=None, labelLimit=130)
    chart: alt.Chart = (
        alt.Chart(alt.NamedData("balance"), title=alt.TitleParams("Class balance", subtitle=subtitle, frame="bounds"))
        .mark_bar()
        .encode(
            x=alt.X("class:N", sort=None, axis=axis, scale=alt.Scale(paddingInner=0.25 if is_named else 0)),
            y=alt.Y("share:Q", title=None, axis=alt.Axis(format="~%", tickCount=COUNT_TICKS)),
            color=colour,
        )
        .properties(width=min(FEW_PANELS[1], CLASS_WIDTH * len(balance.classes)), height=BALANCE_HEIGHT)
    )
    return chart.encode(xOffset=alt.XOffset("split:N", sort=splits)) if is_named else chart


def _balance_rows(balance: Balance) -> list[Row]:
    if len(balance.classes) <= MOST_NAMED_CLASSES:
        return [
            {"class": name, "split": split, "share": shares[place]}
            for place, name in enumerate(balance.classes)
            for split, shares in balance.shares.items()
        ]
    split, shares = next(iter(balance.shares.items()))
    return [
        {"class": f"{rank:06d}", "split": split, "share": share}
        for rank, share in enumerate(sorted(shares, reverse=True))
    ]


def _panel(name: str, panel: Panel, width: int) -> alt.LayerChart:
    ticks = alt.Axis(title=None, tickCount=5 if width == PANEL_WIDTH else 10, grid=False)
    counts = alt.Axis(tickCount=COUNT_TICKS, format="~s")
    most = max(1, *panel.counts)
    bars = (
        alt.Chart(alt.NamedData(name))
        .mark_bar(color=SPLIT_COLOURS[0], binSpacing=0)
        .encode(
            x=alt.X("low:Q", axis=ticks, scale=alt.Scale(domain=[panel.low, panel.high], nice=False)),
            x2="high:Q",
            y=alt.Y("count:Q", title=None, axis=counts, scale=alt.Scale(domain=[0, most * HEADROOM], nice=False)),
            y2=alt.datum(0),
        )
    )
    layers = [bars]
    if panel.mark is not None:
        rule = alt.Chart(alt.NamedData(f"{name}{MARK}"))
        layers.append(rule.mark_rule(color=theme.INK, strokeDash=[4, 3]).encode(x="at:Q"))
        words = rule.mark_text(align="left", dx=5, baseline="top", color=theme.INK, fontSize=12)
        layers.append(words.encode(x="at:Q", y=alt.value(0), text="label:N"))
    title = alt.TitleParams(panel.title, fontSize=12, offset=6, limit=width)
    return alt.LayerChart(layer=layers, width=width, height=PANEL_HEIGHT, title=title)


def _panel_rows(panel: Panel) -> list[Row]:
    width = (panel.high - panel.low) / len(panel.counts)
    return [
        {"low": panel.low + place * width, "high": panel.low + (place + 1) * width, "count": count}
        for place, count in enumerate(panel.counts)
    ]


def _mark_rows(panel: Panel) -> list[Row]:
    return [] if panel.mark is None else [{"at": panel.mark, "label": panel.mark_label}]
