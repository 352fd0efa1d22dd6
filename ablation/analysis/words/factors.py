"""The factors of a study in words."""

from __future__ import annotations

from ablation.analysis.comparing.verdicts import FAMILY_LEVEL
from ablation.analysis.effects import Comparison, FactorAnalysis, Interaction, MainEffect, TotalEffect
from ablation.analysis.numbers import format_number
from ablation.analysis.words.phrases import counted, directed, interval_phrase, movement, number_texts

SWITCHED_ON = "on"


def factor_lines(comparison: Comparison) -> list[str]:
    """Return a sentence a factor, one for each interaction that is more than chance, and one for their shares.

    None where a factor's effect is that of one variant, as in designs that switch one factor at a time.
    """
    factors = comparison.factors
    if factors is None or all(effect.pairs == 1 for effect in factors.main):
        return []
    lines = [factor_sentence(effect, comparison) for effect in factors.main]
    lines += _interaction_lines(factors, comparison)
    return [*lines, *([_share_sentence(factors.total, comparison)] if factors.shares and factors.total else [])]


def factor_sentence(effect: MainEffect, comparison: Comparison) -> str:
    """Return the verdict on one level of a factor as a sentence."""
    name = effect.factor if effect.level == SWITCHED_ON else f"{effect.factor} {effect.level}"
    start = f"factor {name} {effect.verdict}"
    if effect.verdict == "diverged":
        return f"{start}: trials diverge with it that do not without it"
    if effect.difference is None:
        return f"{start}: no seed has every variant that it is averaged over"
    if effect.low is None or effect.high is None:
        return f"{start}: {comparison.metric} {movement(effect.difference)} with one seed; no interval"
    over = f", averaged over {counted('pair', effect.pairs)} of variants" if effect.pairs else ", between means"
    return f"{start}: {_moved(effect, comparison)}{over}{_chance(effect, comparison)}"


def _moved(effect: MainEffect, comparison: Comparison) -> str:
    assert effect.difference is not None and effect.low is not None and effect.high is not None
    numbers = number_texts(effect.difference, effect.low, effect.high, comparison.margin)
    if effect.verdict in ("helps", "hurts"):
        size, low, high = directed(numbers, is_fall=effect.difference < 0)
        moved = movement(effect.difference, size)
    else:
        size, low, high = numbers
        moved = f"differs by {size}"
    return f"{comparison.metric} {moved} ({interval_phrase(low, high, (effect.seeds, comparison.seeds), comparison)})"


def _chance(effect: MainEffect, comparison: Comparison) -> str:
    assert comparison.factors is not None and effect.low is not None and effect.high is not None
    is_one_sided = effect.low > 0 or effect.high < 0
    if not is_one_sided or effect.p_adjusted is None or effect.p_adjusted <= FAMILY_LEVEL:
        return ""
    count = sum(other.p_t is not None for other in comparison.factors.main)
    return f"; among {counted('factor effect', count)} that may be chance (p = {effect.p_adjusted:.2g} by Holm)"


def _interaction_lines(factors: FactorAnalysis, comparison: Comparison) -> list[str]:
    clear = [each for each in factors.interactions if each.p_adjusted is not None and each.p_adjusted <= FAMILY_LEVEL]
    lines = [_interaction_sentence(each, comparison) for each in clear]
    if unclear := len(factors.interactions) - len(clear):
        other = "other " if clear else ""
        lines.append(f"{counted(f'{other}interaction', unclear)} inconclusive: perhaps none, perhaps too small to see")
    return lines


def _interaction_sentence(each: Interaction, comparison: Comparison) -> str:
    assert each.difference is not None and each.low is not None and each.high is not None
    numbers = number_texts(each.difference, each.low, each.high, comparison.margin)
    size, low, high = directed(numbers, is_fall=each.difference < 0)
    names = [
        name if level == SWITCHED_ON else f"{name} {level}"
        for name, level in zip(each.factors, each.levels, strict=True)
    ]
    side = "lower" if each.difference < 0 else "higher"
    return (
        f"{' x '.join(names)} interact: {comparison.metric} of both is {size} {side} than their sum would have it "
        f"({interval_phrase(low, high, (each.seeds, comparison.seeds), comparison)})"
    )


def _share_sentence(total: TotalEffect, comparison: Comparison) -> str:
    assert total.low is not None and total.high is not None
    size, *_ = directed(
        number_texts(total.difference, total.low, total.high, comparison.margin), is_fall=total.difference < 0
    )
    ranked = sorted(total.values, key=lambda value: -(value.share or 0.0))
    shares = ", ".join(f"{value.factor} {format_number(100 * (value.share or 0.0), 0)} %" for value in ranked)
    return f"with all factors on, {comparison.metric} {movement(total.difference, size)}; by Shapley shares: {shares}"
