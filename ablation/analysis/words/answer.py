"""The whole answer, and the answer in one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ablation.analysis.effects import Comparison, Effect
from ablation.analysis.words.caveats import caveats
from ablation.analysis.words.factors import factor_lines
from ablation.analysis.words.phrases import counted
from ablation.analysis.words.sentences import effect_sentence, verdict_lines
from ablation.records import TrialOutcome

CAVEAT_MARK = "[!] "


def answer_lines(comparison: Comparison, trials: Sequence[TrialOutcome], notes: Sequence[str] = ()) -> list[str]:
    """Return the whole answer: a verdict a variant, best first, the factors, then what to know before quoting it.

    Args:
        comparison: The compared study.
        trials: Every trial of the run.
        notes: Caveats that the numbers cannot tell, e.g. that the test set chose the epoch.
    """
    known = [*notes, *caveats(comparison, trials)]
    return [*verdict_lines(comparison), *factor_lines(comparison), *(f"{CAVEAT_MARK}{caveat}" for caveat in known)]


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
        parts.append(f"{counted('trial', failed)} without a result")
    return "; ".join(parts)


def _most_telling(effects: Sequence[Effect]) -> Effect:
    """Pick the best that helps, else the worst that hurts, else the first."""
    helping = [effect for effect in effects if effect.verdict == "helps"]
    hurting = [effect for effect in effects if effect.verdict == "hurts"]
    return helping[0] if helping else hurting[-1] if hurting else effects[0]
