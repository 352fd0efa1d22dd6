"""What the factors of a study do: each alone, in pairs, and their shares of the whole."""

from __future__ import annotations

from ablation.analysis import (
    SWITCHED_ON,
    Comparison,
    FactorAnalysis,
    Interaction,
    MainEffect,
    format_number,
    number_texts,
)
from ablation.report import theme
from ablation.report.charts.effects import better_side
from ablation.report.charts.forest import NARROW, WIDE, Forest, ForestRow, forest_panel
from ablation.report.drawing.domain import Domain, axis_domain
from ablation.report.drawing.picture import Key, Panel, Picture
from ablation.report.drawing.svg import BOLD, box, dot, label, rule, shorten, text, text_width
from ablation.report.drawing.ticks import tick_labels, value_ticks

SWITCHED_OFF = "off"
OFF_COLOUR, ON_COLOUR = theme.BASELINE, theme.VARIANT_COLOURS[0]
LEFT, TOP, WIDTH, HEIGHT, FOOT = 52, 90, 190, 150, 46
# Of the names of a panel's two lines, and how long the line before each is.
KEY_AT, KEY_STEP, KEY_PX = 50, 17, 18
BAR_STEP, BAR_LEFT, BAR_WIDTH, BAR_WORDS = 28, 140, 240, 50


def picture_main_effects(comparison: Comparison, factors: FactorAnalysis) -> Picture:
    """Draw what each level of each factor does, averaged over the other factors."""
    forest = Forest(
        rows=[_row(effect, comparison) for effect in factors.main],
        axis=f"difference in {comparison.metric} ({better_side(comparison)} is better)",
        zero="no difference",
        margin=comparison.margin,
    )
    keys = (Key("mean over the levels of the other factors", theme.MUTED, "dot"), Key("its interval", theme.MUTED))
    return Picture(
        f"What each factor does to {comparison.metric}",
        (forest_panel(forest, WIDE),),
        keys=keys,
        narrow=(forest_panel(forest, NARROW),),
    )


def main_effect_words(effect: MainEffect, comparison: Comparison) -> str:
    """Return verdict and numbers of a factor's level."""
    if effect.difference is None:
        return effect.verdict
    if effect.low is None or effect.high is None:
        return f"{effect.verdict}: {format_number(effect.difference)}"
    return f"{effect.verdict}: {_with_interval(effect, comparison)}"


def interaction_words(interaction: Interaction, comparison: Comparison) -> str:
    """Return the size of an interaction and its interval."""
    if interaction.difference is None:
        return "no seed has all four"
    return f"beyond the sum: {_with_interval(interaction, comparison)}"


def _with_interval(found: MainEffect | Interaction, comparison: Comparison) -> str:
    """Say "-0.23 (-0.49 to 0.02)", in the digits of the sentences."""
    if found.difference is None:
        return ""
    if found.low is None or found.high is None:
        return format_number(found.difference)
    difference, low, high = number_texts(found.difference, found.low, found.high, comparison.margin)
    return f"{difference} ({low} to {high})"


def picture_interactions(comparison: Comparison, factors: FactorAnalysis) -> Picture:
    """Draw each pair of factors: parallel lines mean that the one does the same whatever the other is."""
    cells = [cell for found in factors.interactions for row in found.cells for cell in row]
    domain = axis_domain(cells)
    return Picture(
        f"{comparison.metric} with two factors off and on",
        tuple(_interaction(found, domain, comparison) for found in factors.interactions),
        columns=4,
        notes=(
            "parallel lines: the factors do not depend on each other; below the names: "
            "what both do beyond the sum of each",
        ),
    )


def picture_shares(shares: dict[str, float]) -> Picture:
    """Draw the share of the total effect that each factor has; a share below zero works against it."""
    low, high = min(0.0, *shares.values()), max(1e-9, *shares.values())
    scale = BAR_WIDTH / (high - low)
    zero = BAR_LEFT - low * scale
    order = sorted(shares, key=lambda name: -shares[name])
    rows = []
    for place, name in enumerate(order):
        y, end = place * BAR_STEP, zero + shares[name] * scale
        rows.append(label(shorten(name, BAR_LEFT - 16, 13), BAR_LEFT - 14, y + 18, "end", size=13, colour=theme.INK))
        rows.append(box((min(zero, end), y + 4), max(1.0, abs(end - zero)), BAR_STEP - 9, ON_COLOUR))
        rows.append(text(f"{100 * shares[name]:.0f} %", round(max(zero, end) + 8, 1), y + 18, 13))
    rows.append(rule((zero, 0), (zero, BAR_STEP * len(order)), theme.MUTED))
    panel = Panel("".join(rows), BAR_LEFT + BAR_WIDTH + BAR_WORDS, BAR_STEP * len(order) + 4)
    return Picture("Share of the total effect", (panel,), notes=("Shapley values; they add up to 100 %",))


def _row(effect: MainEffect, comparison: Comparison) -> ForestRow:
    interval = None if effect.low is None or effect.high is None else (effect.low, effect.high)
    name = f"{effect.factor}: {effect.level}"
    return ForestRow(name, main_effect_words(effect, comparison), effect.difference, interval, (), ON_COLOUR)


def _interaction(found: Interaction, domain: Domain, comparison: Comparison) -> Panel:
    first, second = found.factors
    parts = [
        text(shorten(f"{first} × {second}", LEFT + WIDTH, 13), 0, 13, 13, style=BOLD),
        text(_with_interval(found, comparison), 0, 31, 12, colour=theme.MUTED),
        *_keys(found),
        *_frame(found, domain),
    ]
    for column, colour in enumerate((OFF_COLOUR, ON_COLOUR)):
        values = [row[column] for row in found.cells]
        places = [
            (LEFT + WIDTH * (0.2 + 0.6 * place), _y(value, domain))
            for place, value in enumerate(values)
            if value is not None
        ]
        parts += [rule(places[0], places[1], colour, theme.BOLD)] if len(places) == 2 else []
        parts += [dot(place, 5, colour) for place in places]
    return Panel("".join(parts), LEFT + WIDTH + 8, TOP + HEIGHT + FOOT)


def _keys(found: Interaction) -> list[str]:
    """Return what the two lines are: the levels of the second factor, by its name."""
    name, level = found.factors[1], found.levels[1]
    parts: list[str] = []
    for place, (words, colour) in enumerate(((_reference(level), OFF_COLOUR), (level, ON_COLOUR))):
        y = KEY_AT + place * KEY_STEP
        # A long name is cut, its level never.
        short = shorten(name, LEFT + WIDTH - KEY_PX - text_width(words, 12), 12)
        parts.append(rule((0, y - 4), (KEY_PX, y - 4), colour, theme.BOLD))
        parts.append(text(f"{short} {words}", KEY_PX + 6, y, 12))
    return parts


def _reference(level: str) -> str:
    """Return the name of a factor's level in the baseline, beside which a level stands."""
    return {SWITCHED_ON: SWITCHED_OFF, SWITCHED_OFF: SWITCHED_ON}.get(level, "as in the baseline")


def _frame(found: Interaction, domain: Domain) -> list[str]:
    ticks = value_ticks(domain.low, domain.high, 5)
    parts = []
    for tick, words in zip(ticks, tick_labels(ticks), strict=True):
        y = _y(tick, domain)
        parts += [rule((LEFT, y), (LEFT + WIDTH, y), theme.GRID), label(words, LEFT - 8, y + 4, "end")]
    for place, words in enumerate((_reference(found.levels[0]), found.levels[0])):
        parts.append(label(words, LEFT + WIDTH * (0.2 + 0.6 * place), TOP + HEIGHT + 17, "middle"))
    parts.append(
        label(shorten(found.factors[0], WIDTH, 12), LEFT + WIDTH / 2, TOP + HEIGHT + 35, "middle", colour=theme.INK)
    )
    return [*parts, rule((LEFT, TOP + HEIGHT), (LEFT + WIDTH, TOP + HEIGHT), theme.MUTED)]


def _y(value: float, domain: Domain) -> float:
    return TOP + HEIGHT * (domain.high - value) / (domain.high - domain.low)
