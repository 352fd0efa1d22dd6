"""The forest plot: a row a variant, its effect and interval, with the difference of every seed as a faint dot."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from ablation.analysis import Comparison, Effect, effect_numbers
from ablation.report import theme
from ablation.report.drawing import Datasets, Drawing, draw
from ablation.report.study import StudyReport

ROW_STEP_PX = 34
WIDTH = 600


def draw_effects(report: StudyReport, *, description: str) -> Drawing:
    """Draw every effect that has at least one pair, the best on top."""
    comparison = report.comparison
    effects = [effect for effect in comparison.ranked_effects() if effect.pairs]
    return draw(_chart(report, effects), _datasets(comparison, effects), description=description)


def _datasets(comparison: Comparison, effects: Sequence[Effect]) -> Datasets:
    margin = comparison.margin
    return {
        "effects": [
            {
                "variant": effect.variant,
                "difference": effect.difference,
                "low": effect.low,
                "high": effect.high,
                "text": _row_text(effect, comparison),
            }
            for effect in effects
        ],
        "seeds": [
            {"variant": effect.variant, "difference": difference}
            for effect in effects
            for difference in effect.differences.values()
        ],
        "margin": [{"low": -margin, "high": margin}] if margin else [],
        "zero": [{"difference": 0.0, "text": f"baseline: {comparison.baseline}"}],
    }


def _row_text(effect: Effect, comparison: Comparison) -> str:
    difference, low, high = effect_numbers(effect, comparison)
    return f"{effect.verdict}: {difference} ({low} to {high})" if low else f"{effect.verdict}: {difference}, one seed"


def _chart(report: StudyReport, effects: Sequence[Effect]) -> alt.LayerChart | alt.FacetChart:
    comparison = report.comparison
    names = [effect.variant for effect in effects]
    colours = theme.colours_of(report.variants, report.baseline)
    scale = alt.Scale(domain=names, range=[colours[name] for name in names])
    colour = alt.Color("variant:N", scale=scale, legend=None)
    y = alt.Y("variant:N", sort=names, title=None, axis=_row_axis())
    x = alt.X(
        "difference:Q",
        title=_axis_title(comparison),
        axis=alt.Axis(tickCount=7),
        scale=alt.Scale(zero=True, padding=12),
    )
    rows = alt.Chart(alt.NamedData("effects")).encode(y=y)
    zero = alt.Chart(alt.NamedData("zero")).encode(x=x)
    title = alt.TitleParams(f"Effect on {comparison.metric}", subtitle=_legend_lines(comparison), offset=24)
    return alt.layer(
        alt.Chart(alt.NamedData("margin")).mark_rect(color=theme.BAND).encode(x=alt.X("low:Q"), x2="high:Q"),
        zero.mark_rule(color=theme.BASELINE, strokeWidth=2),
        zero.mark_text(baseline="bottom", fontSize=11, color=theme.MUTED, limit=200).encode(
            y=alt.value(-5), text="text:N"
        ),
        alt.Chart(alt.NamedData("seeds"))
        .mark_point(size=36, filled=True, opacity=1, fillOpacity=theme.FAINT)
        .encode(x=x, y=y, color=colour),
        rows.mark_rule(strokeWidth=2.5).encode(x="low:Q", x2="high:Q", color=colour),
        rows.mark_point(size=110, filled=True, opacity=1).encode(x=x, color=colour),
        rows.mark_text(align="left", fontSize=12, color=theme.INK).encode(x=alt.value(WIDTH + 12), text="text:N"),
    ).properties(width=WIDTH, height=alt.Step(ROW_STEP_PX), title=title)


def _row_axis() -> alt.Axis:
    return alt.Axis(labelColor=theme.INK, labelFontSize=13, labelLimit=180, ticks=False, domain=False, labelPadding=10)


def _axis_title(comparison: Comparison) -> str:
    side = "left" if comparison.direction == "min" else "right"
    return f"difference in {comparison.metric}, variant - {comparison.baseline} ({side} is better)"


def _legend_lines(comparison: Comparison) -> list[str]:
    margin = f"; shaded: the margin of {comparison.margin:g}" if comparison.margin else ""
    return [f"dot and line: mean and {100 * comparison.confidence:.0f} % interval; faint: one seed{margin}"]
