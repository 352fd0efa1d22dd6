"""The effects of a study: a row a variant, its interval, with the difference of every seed as a faint dot."""

from __future__ import annotations

from ablation.analysis import Comparison, Effect, effect_numbers
from ablation.report import theme
from ablation.report.charts.forest import NARROW, WIDE, Forest, ForestRow, forest_panel
from ablation.report.drawing.picture import Key, Picture
from ablation.report.study import StudyReport


def picture_effects(report: StudyReport) -> Picture:
    """Draw every effect that has at least one pair, the best on top."""
    comparison = report.comparison
    colours = theme.colours_of(report.variants, report.baseline)
    effects = [effect for effect in comparison.ranked_effects() if effect.pairs]
    forest = Forest(
        rows=[_row(effect, comparison, colours[effect.variant]) for effect in effects],
        axis=f"difference in {comparison.metric} ({better_side(comparison)} is better)",
        zero=baseline_words(comparison),
        margin=comparison.margin,
    )
    return Picture(
        title=f"Effect on {comparison.metric}",
        panels=(forest_panel(forest, WIDE),),
        keys=forest_keys(comparison),
        narrow=(forest_panel(forest, NARROW),),
    )


def baseline_words(comparison: Comparison) -> str:
    """Say "baseline: original", or "baseline" where that is its name."""
    return "baseline" if comparison.baseline == "baseline" else f"baseline: {comparison.baseline}"


def better_side(comparison: Comparison) -> str:
    """Return on which side of zero a variant is better."""
    return "left" if comparison.direction == "min" else "right"


def forest_keys(comparison: Comparison, *, has_seeds: bool = True) -> tuple[Key, ...]:
    """Return what the marks of a forest plot mean."""
    keys = [Key("mean", theme.MUTED, "dot"), Key(f"{100 * comparison.confidence:.0f} % interval", theme.MUTED)]
    if has_seeds:
        keys.append(Key("one seed", theme.MUTED, "faint"))
    if comparison.margin:
        keys.append(Key(f"the margin of {comparison.margin:g}: no difference that matters", theme.BAND, "band"))
    return tuple(keys)


def effect_words(effect: Effect, comparison: Comparison) -> str:
    """Return verdict and numbers of a row."""
    difference, low, high = effect_numbers(effect, comparison)
    return f"{effect.verdict}: {difference} ({low} to {high})" if low else f"{effect.verdict}: {difference}, one seed"


def _row(effect: Effect, comparison: Comparison, colour: str) -> ForestRow:
    interval = None if effect.low is None or effect.high is None else (effect.low, effect.high)
    return ForestRow(
        name=effect.variant,
        words=effect_words(effect, comparison),
        difference=effect.difference,
        interval=interval,
        seeds=list(effect.differences.values()),
        colour=colour,
    )
