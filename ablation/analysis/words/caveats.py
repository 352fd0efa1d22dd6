"""What a reader has to know before quoting the verdicts."""

from __future__ import annotations

from collections.abc import Sequence

from ablation.analysis.comparing.pairing import has_value
from ablation.analysis.effects import Comparison
from ablation.analysis.words.phrases import counted, percent
from ablation.records import TrialOutcome

# With this many variants it matters that verdicts allow for chance among them and intervals do not.
MANY_COMPARISONS = 5
# 2 / 2^5 = 0.0625: up to here no exact test can reach the usual 5 %.
FEW_PAIRS = 5
MOST_NAMED_FAILURES = 3


def caveats(comparison: Comparison, trials: Sequence[TrialOutcome]) -> list[str]:
    """Return what a reader has to know before quoting the verdicts, most serious first."""
    found = [
        _missing_caveat(comparison, trials),
        _few_seeds_caveat(comparison),
        _bootstrap_caveat(comparison),
        _many_comparisons_caveat(comparison),
        _aliases_caveat(comparison),
    ]
    return [caveat for caveat in found if caveat is not None]


def _missing_caveat(comparison: Comparison, trials: Sequence[TrialOutcome]) -> str | None:
    """Say that no trial has a result; where some have, the audit of fairness names those that have none."""
    missing = [trial for trial in trials if not has_value(trial, comparison.metric)]
    if not missing or len(missing) < len(trials):
        return None
    named = [
        f"{trial.variant} seed {trial.seed} ({f'no finite {comparison.metric}' if trial.is_finished else trial.status})"
        for trial in missing[:MOST_NAMED_FAILURES]
    ]
    if len(missing) > MOST_NAMED_FAILURES:
        named.append(f"{len(missing) - MOST_NAMED_FAILURES} more")
    have = "has" if len(missing) == 1 else "have"
    return f"{len(missing)} of {counted('trial', len(trials))} {have} no result: {', '.join(named)}"


def _few_seeds_caveat(comparison: Comparison) -> str | None:
    pairs = [effect.pairs for effect in comparison.effects if effect.pairs]
    if not pairs or min(pairs) > FEW_PAIRS:
        return None
    fewest = min(pairs)
    if fewest == 1:
        return "one paired seed gives no interval and settles nothing"
    return (
        f"{fewest} paired seeds are few: an exact two-sided sign-flip test cannot go below p = {2 / 2**fewest:g}; "
        "verdicts rest on paired t tests, which take the differences to be about normal"
    )


def _bootstrap_caveat(comparison: Comparison) -> str | None:
    """Say of which settled effects the bootstrap's interval, which needs no normal differences, reaches over 0."""
    doubted = [
        effect.variant
        for effect in comparison.effects
        if effect.verdict in ("helps", "hurts")
        and effect.bootstrap_low is not None
        and effect.bootstrap_high is not None
        and effect.bootstrap_low <= 0 <= effect.bootstrap_high
    ]
    if not doubted:
        return None
    return f"the bootstrap interval (BCa) of {', '.join(doubted)} reaches over 0, though the t interval does not"


def _many_comparisons_caveat(comparison: Comparison) -> str | None:
    count = sum(effect.p_t is not None for effect in comparison.effects)
    if count < MANY_COMPARISONS:
        return None
    return (
        f"{count} variants are compared: verdicts allow for chance among them (Holm), "
        f"each {percent(comparison)} interval stands on its own"
    )


def _aliases_caveat(comparison: Comparison) -> str | None:
    main = () if comparison.factors is None else comparison.factors.main
    aliased = [f"{effect.factor} from {' or '.join(effect.aliases)}" for effect in main if effect.aliases]
    if not aliased:
        return None
    return f"this fraction of all combinations cannot tell some effects apart: {'; '.join(aliased)}"
