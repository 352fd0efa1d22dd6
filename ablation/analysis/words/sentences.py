"""One sentence a verdict: what the variant does, how surely, and what it costs."""

from __future__ import annotations

from ablation.analysis.comparing.verdicts import FAMILY_LEVEL, verdict_of
from ablation.analysis.effects import Comparison, Cost, Effect
from ablation.analysis.inference.intervals import has_no_spread
from ablation.analysis.inference.power import MOST_SEEDS
from ablation.analysis.numbers import decimals_for, format_number
from ablation.analysis.words.phrases import counted, directed, interval_phrase, movement, number_texts

# A cost below these is not worth a word.
LEAST_TIME = 0.2
LEAST_SECONDS = 0.5
LEAST_PARAMETERS = 0.01
# Up to here a number of seeds is said as it is, then in tens: it is an estimate from few.
MOST_EXACT_SEEDS = 20


def verdict_lines(comparison: Comparison) -> list[str]:
    """Return one sentence a variant, the settled ones first."""
    if not comparison.effects:
        return [_sole_sentence(comparison)]
    return [effect_sentence(effect, comparison) for effect in comparison.answered_effects()]


def effect_sentence(effect: Effect, comparison: Comparison) -> str:
    """Return one verdict as a sentence, its numbers as precise as the interval allows."""
    start = f"{effect.variant} {effect.verdict}: {_finding(effect, comparison)}"
    return "; ".join(part for part in (start, _outlook(effect), cost_words(effect)) if part)


def effect_numbers(effect: Effect, comparison: Comparison) -> tuple[str, str, str]:
    """Return difference, low and high as text, as precise as the interval allows; empty where there is none."""
    if effect.difference is None:
        return "", "", ""
    if effect.low is None or effect.high is None:
        return format_number(effect.difference), "", ""
    return number_texts(effect.difference, effect.low, effect.high, comparison.margin)


def cost_words(effect: Effect) -> str:
    """Say "takes 1.3 x the time, 12,000 parameters more"; nothing of what is small, or not certain."""
    if effect.cost is None or effect.difference is None:
        return ""
    return ", ".join(part for part in (_time_words(effect.cost), _parameter_words(effect.cost)) if part)


def _finding(effect: Effect, comparison: Comparison) -> str:
    if effect.verdict == "diverged":
        return _divergence(effect, comparison)
    if effect.difference is None:
        return _without_pairs(effect, comparison)
    if effect.low is None or effect.high is None:
        return f"{effect.metric} {movement(effect.difference)} with the one seed they share; no interval"
    if effect.verdict in ("helps", "hurts"):
        return _directed(effect, comparison)
    return f"{_signed(effect, comparison)}{_margin_clause(effect, comparison)}{_family_clause(effect, comparison)}"


def _divergence(effect: Effect, comparison: Comparison) -> str:
    summary = comparison.summary(effect.variant)
    assert summary is not None
    counts = f"{summary.diverged} of {counted('seed', summary.finished + summary.failed)}"
    if effect.difference is None:
        return counts
    if effect.low is None or effect.high is None:
        return f"{counts}; with the one that it shares {effect.metric} {movement(effect.difference)}"
    is_one_sided = effect.low > 0 or effect.high < 0
    return f"{counts}; with the others {(_directed if is_one_sided else _signed)(effect, comparison)}"


def _without_pairs(effect: Effect, comparison: Comparison) -> str:
    baseline = comparison.summary(effect.baseline)
    text = f"no seed has a finite {effect.metric} for both {effect.variant} and {effect.baseline}"
    if baseline is None or not baseline.diverged:
        return text
    return f"{text}, which diverged with {baseline.diverged} of {counted('seed', baseline.finished + baseline.failed)}"


def _directed(effect: Effect, comparison: Comparison) -> str:
    """Say "falls by 0.21 (0.19 to 0.23)": sizes, all in the direction of the effect."""
    assert effect.difference is not None
    size, low, high = directed(effect_numbers(effect, comparison), is_fall=effect.difference < 0)
    moved = movement(effect.difference, size)
    return f"{effect.metric} {moved} ({interval_phrase(low, high, _seeds(effect, comparison), comparison)})"


def _signed(effect: Effect, comparison: Comparison) -> str:
    """Say "differs by 0.01 (-0.02 to 0.04)": signed, since either direction is possible."""
    difference, low, high = effect_numbers(effect, comparison)
    interval = interval_phrase(low, high, _seeds(effect, comparison), comparison)
    return f"{effect.metric} differs by {difference} ({interval})"


def _seeds(effect: Effect, comparison: Comparison) -> tuple[int, int]:
    """Return how many seeds pair, and how many the variant ran: where seeds are added, not all have as many."""
    summary = comparison.summary(effect.variant)
    return effect.pairs, summary.finished + summary.failed if summary else comparison.seeds


def _margin_clause(effect: Effect, comparison: Comparison) -> str:
    assert effect.low is not None and effect.high is not None
    if comparison.margin is None:
        return ""
    margin = f"the margin of {comparison.margin:g}"
    if max(abs(effect.low), abs(effect.high)) < comparison.margin:
        return f", inside {margin}"
    is_one_sided = effect.low > 0 or effect.high < 0
    if not is_one_sided:
        return f", reaching beyond {margin}"
    if min(abs(effect.low), abs(effect.high)) > comparison.margin:
        return f", beyond {margin}"
    is_different = effect.p_adjusted is not None and effect.p_adjusted <= FAMILY_LEVEL
    return f", {'not 0 but ' if is_different else ''}perhaps less than {margin}"


def _family_clause(effect: Effect, comparison: Comparison) -> str:
    """Say why an interval that settles the matter by itself does not settle it."""
    assert effect.low is not None and effect.high is not None
    interval = (effect.low, effect.high)
    alone = verdict_of(interval, direction=comparison.direction, margin=comparison.margin)
    if alone == effect.verdict:
        return ""
    if has_no_spread(list(effect.differences.values())):
        return ", the same with every seed: no spread to judge by"
    p_value = effect.p_equivalence_adjusted if alone == "equivalent" else effect.p_adjusted
    count = sum(other.p_t is not None for other in comparison.effects)
    return f", but among {counted('comparison', count)} that may be chance (p = {p_value:.2g} by Holm)"


def _outlook(effect: Effect) -> str:
    """Say "about 9 more seeds would settle it"."""
    if effect.more_seeds is None:
        return ""
    if effect.more_seeds >= MOST_SEEDS:
        return f"{MOST_SEEDS} more seeds would hardly settle it"
    exact = effect.more_seeds <= MOST_EXACT_SEEDS
    return f"about {counted('more seed', effect.more_seeds if exact else round(effect.more_seeds, -1))} would settle it"


def _time_words(cost: Cost) -> str:
    if cost.time_ratio is None or cost.time_low is None or cost.time_high is None:
        return ""
    is_certain = cost.time_low > 1 or cost.time_high < 1
    is_large = cost.time_ratio > 1 + LEAST_TIME or cost.time_ratio < 1 / (1 + LEAST_TIME)
    is_short = cost.seconds is not None and abs(cost.seconds) < LEAST_SECONDS
    return f"takes {cost.time_ratio:.2g} x the time" if is_certain and is_large and not is_short else ""


def _parameter_words(cost: Cost) -> str:
    if not cost.parameters or (cost.parameters_ratio and abs(cost.parameters_ratio - 1) < LEAST_PARAMETERS):
        return ""
    return f"{counted('parameter', abs(cost.parameters))} {'more' if cost.parameters > 0 else 'fewer'}"


def _sole_sentence(comparison: Comparison) -> str:
    """Describe the only variant of a study that compares nothing."""
    summary = comparison.summaries[0] if comparison.summaries else None
    if summary is None or summary.mean is None:
        return f"no result: no trial has a finite {comparison.metric}"
    decimals = None if not summary.sd else decimals_for(summary.sd)
    spread = "" if not summary.sd else f", sd {format_number(summary.sd, decimals)}"
    seeds = f"{summary.finished} of {counted('seed', comparison.seeds)}"
    value = format_number(summary.mean, decimals)
    return f"{summary.variant}: {comparison.metric} is {value} ({seeds}{spread}); there is nothing to compare it with"
