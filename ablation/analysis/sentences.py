"""The answer in words: the same on the terminal, in Prefect's artifact and on the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ablation.analysis.effects import Comparison, Effect
from ablation.analysis.numbers import decimals_between, decimals_for, format_number
from ablation.analysis.pairing import has_value
from ablation.records import TrialOutcome

# With this many variants, chance alone would give a false "helps" or "hurts" about once in four studies.
MANY_COMPARISONS = 5
# 2 / 2^5 = 0.06: up to here no exact test can reach the usual 5 %.
FEW_PAIRS = 5
MOST_NAMED_FAILURES = 3
CAVEAT_MARK = "[!] "


def answer_lines(comparison: Comparison, trials: Sequence[TrialOutcome], notes: Sequence[str] = ()) -> list[str]:
    """Return the whole answer: a verdict a variant, best first, then what to know before quoting it.

    Args:
        comparison: The compared study.
        trials: Every trial of the run.
        notes: Caveats that the numbers cannot tell, e.g. that the test set chose the epoch.
    """
    known = [*notes, *caveats(comparison, trials)]
    return verdict_lines(comparison) + [f"{CAVEAT_MARK}{caveat}" for caveat in known]


def headline(comparison: Comparison) -> str:
    """Return the answer in one line, for lists of studies: the strongest verdict, then how the others fared."""
    if all(summary.finished == 0 for summary in comparison.summaries):
        return f"no result: no trial has a finite {comparison.metric}"
    effects = comparison.answered_effects()
    if not effects:
        return verdict_lines(comparison)[0]
    first = _most_telling(effects)
    parts = [effect_sentence(first, comparison)]
    others = Counter(effect.verdict for effect in effects if effect is not first)
    if others:
        parts.append("others: " + ", ".join(f"{verdict} {count}" for verdict, count in others.items()))
    failed = sum(summary.failed for summary in comparison.summaries)
    if failed:
        parts.append(f"{failed} {_plural('trial', failed)} without a result")
    return "; ".join(parts)


def verdict_lines(comparison: Comparison) -> list[str]:
    """Return one sentence a variant, the settled ones first."""
    if not comparison.effects:
        return [_sole_sentence(comparison)]
    return [effect_sentence(effect, comparison) for effect in comparison.answered_effects()]


def effect_sentence(effect: Effect, comparison: Comparison) -> str:
    """Return one verdict as a sentence, its numbers as precise as the interval allows."""
    name = f"{effect.variant} {effect.verdict}"
    if effect.difference is None:
        return f"{name}: no seed has a finite {effect.metric} for both {effect.variant} and {effect.baseline}"
    if effect.low is None or effect.high is None:
        return f"{name}: {effect.metric} {_moves(effect.difference)} with the one seed they share; no interval"
    if effect.verdict in ("helps", "hurts"):
        return f"{name}: {_directed(effect, comparison)}"
    return f"{name}: {_signed(effect, comparison)}{_margin_clause(effect, comparison)}"


def effect_numbers(effect: Effect, comparison: Comparison) -> tuple[str, str, str]:
    """Return difference, low and high as text, as precise as the interval allows; empty where there is none."""
    if effect.difference is None:
        return "", "", ""
    if effect.low is None or effect.high is None:
        return format_number(effect.difference), "", ""
    margin = comparison.margin or 0.0
    decimals = decimals_between(effect.low, effect.high, (0.0, margin, -margin))
    difference, low, high = (format_number(number, decimals) for number in (effect.difference, effect.low, effect.high))
    return difference, low, high


def caveats(comparison: Comparison, trials: Sequence[TrialOutcome]) -> list[str]:
    """Return what a reader has to know before quoting the verdicts, most serious first."""
    found = [
        _missing_caveat(comparison, trials),
        _few_seeds_caveat(comparison),
        _many_comparisons_caveat(comparison),
    ]
    return [caveat for caveat in found if caveat is not None]


def _missing_caveat(comparison: Comparison, trials: Sequence[TrialOutcome]) -> str | None:
    missing = [trial for trial in trials if not has_value(trial, comparison.metric)]
    if not missing:
        return None
    named = [
        f"{trial.variant} seed {trial.seed} ({f'no finite {comparison.metric}' if trial.is_finished else trial.status})"
        for trial in missing[:MOST_NAMED_FAILURES]
    ]
    if len(missing) > MOST_NAMED_FAILURES:
        named.append(f"{len(missing) - MOST_NAMED_FAILURES} more")
    have = "has" if len(missing) == 1 else "have"
    counts = f"{len(missing)} of {len(trials)} {_plural('trial', len(trials))} {have} no result: {', '.join(named)}"
    if len(missing) == len(trials):
        return counts
    return f"{counts}; the averages leave them out, which flatters a variant that fails"


def _few_seeds_caveat(comparison: Comparison) -> str | None:
    pairs = [effect.pairs for effect in comparison.effects if effect.pairs]
    if not pairs or min(pairs) > FEW_PAIRS:
        return None
    fewest = min(pairs)
    if fewest == 1:
        return "one paired seed gives no interval and settles nothing"
    floor = 2 / 2**fewest
    return f"{fewest} paired seeds are few: an exact two-sided sign-flip test cannot go below p = {floor:.2f}"


def _many_comparisons_caveat(comparison: Comparison) -> str | None:
    count = sum(effect.low is not None for effect in comparison.effects)
    if count < MANY_COMPARISONS:
        return None
    return (
        f"{count} variants are compared and each {_percent(comparison)} interval stands on its own: "
        "one of them may differ by chance"
    )


def _most_telling(effects: Sequence[Effect]) -> Effect:
    """Pick the best that helps, else the worst that hurts, else the first."""
    helping = [effect for effect in effects if effect.verdict == "helps"]
    hurting = [effect for effect in effects if effect.verdict == "hurts"]
    return helping[0] if helping else hurting[-1] if hurting else effects[0]


def _sole_sentence(comparison: Comparison) -> str:
    """Describe the only variant of a study that compares nothing."""
    summary = comparison.summaries[0] if comparison.summaries else None
    if summary is None or summary.mean is None:
        return f"no result: no trial has a finite {comparison.metric}"
    decimals = None if not summary.sd else decimals_for(summary.sd)
    spread = "" if not summary.sd else f", sd {format_number(summary.sd, decimals)}"
    seeds = f"{summary.finished} of {comparison.seeds} {_plural('seed', comparison.seeds)}"
    value = format_number(summary.mean, decimals)
    return f"{summary.variant}: {comparison.metric} is {value} ({seeds}{spread}); there is nothing to compare it with"


def _moves(difference: float, size: str | None = None) -> str:
    verb = "falls" if difference < 0 else "rises"
    return f"{verb} by {size or format_number(abs(difference))}" if difference else "does not change"


def _directed(effect: Effect, comparison: Comparison) -> str:
    """Say "falls by 0.21 (0.19 to 0.23)": sizes, all in the direction of the effect."""
    assert effect.difference is not None
    difference, *ends = (text.removeprefix("-") for text in effect_numbers(effect, comparison))
    low, high = ends if effect.difference > 0 else reversed(ends)
    return f"{effect.metric} {_moves(effect.difference, difference)} ({_interval(low, high, effect, comparison)})"


def _signed(effect: Effect, comparison: Comparison) -> str:
    """Say "differs by 0.01 (-0.02 to 0.04)": signed, since either direction is possible."""
    difference, low, high = effect_numbers(effect, comparison)
    return f"{effect.metric} differs by {difference} ({_interval(low, high, effect, comparison)})"


def _interval(low: str, high: str, effect: Effect, comparison: Comparison) -> str:
    return (
        f"{_percent(comparison)} interval {low} to {high}, "
        f"{effect.pairs} of {comparison.seeds} {_plural('seed', comparison.seeds)}"
    )


def _margin_clause(effect: Effect, comparison: Comparison) -> str:
    assert effect.low is not None and effect.high is not None
    if comparison.margin is None:
        return ""
    margin = f"the margin of {comparison.margin:g}"
    if effect.verdict == "equivalent":
        return f", inside {margin}"
    is_one_sided = effect.low > 0 or effect.high < 0
    return f", not 0 but perhaps less than {margin}" if is_one_sided else f", reaching beyond {margin}"


def _percent(comparison: Comparison) -> str:
    return f"{100 * comparison.confidence:.0f} %"


def _plural(noun: str, count: int) -> str:
    return noun if count == 1 else f"{noun}s"
