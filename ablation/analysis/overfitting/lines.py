"""When variants overfit, in words: the same on the terminal, on the page and in the model card."""

from __future__ import annotations

from collections.abc import Sequence

from ablation.analysis.overfitting.gaps import OverfittingSummary

MOST_NAMED = 6


def overfitting_line(summaries: Sequence[OverfittingSummary]) -> str:
    """Return one line on all variants, the first to overfit first; empty where nothing can be said.

    Args:
        summaries: In the order of the spec.
    """
    told = [summary for summary in summaries if summary.can_be_told]
    late = [each for each in told if each.overfits_from is None]
    early = sorted((each for each in told if each.overfits_from is not None), key=lambda each: each.overfits_from or 0)
    if late and not early:
        return "no variant's validation loss turns up for good"
    parts = [f"{each.variant} overfits from epoch {each.overfits_from} on" for each in early[:MOST_NAMED]]
    if len(early) > MOST_NAMED:
        parts.append(f"{len(early) - MOST_NAMED} more later")
    if late:
        parts.append(f"the validation loss of {_named([each.variant for each in late])} does not turn up for good")
    return "; ".join(parts)


def overfitting_sentences(summaries: Sequence[OverfittingSummary]) -> list[str]:
    """Return what is known of all variants, with how many seeds it is of; where it is the same they share a sentence.

    Args:
        summaries: In the order of the spec, which the sentences keep.
    """
    alike: dict[str, list[OverfittingSummary]] = {}
    for summary in summaries:
        alike.setdefault(_sentence([""], summary), []).append(summary)
    return [_sentence([each.variant for each in found], found[0]) for found in alike.values()]


def _sentence(names: Sequence[str], summary: OverfittingSummary) -> str:
    who, is_one = _joined(names), len(names) == 1
    if not summary.can_be_told:
        return (
            f"{who}: {summary.epochs:g} epochs are too few to tell when {'it overfits' if is_one else 'they overfit'}"
        )
    overfit, each = ("overfits", "") if is_one else ("overfit", " each")
    seeds = f"{summary.overfit_seeds} of {summary.seeds} seeds{each}"
    if summary.overfits_from is not None:
        return f"{who} {overfit} from epoch {summary.overfits_from} on ({seeds})"
    if summary.overfit_seeds:
        return f"{who} {overfit} with {seeds} only"
    if summary.rising_seeds > summary.seeds / 2:
        does, its = ("does", "its") if is_one else ("do", "their")
        return f"{who} {does} not overfit: where {its} validation loss rises, so does {its} training loss"
    return f"{who}: validation loss does not turn up for good within {summary.epochs:g} epochs"


def _named(names: Sequence[str]) -> str:
    return f"{len(names)} others" if len(names) > MOST_NAMED else _joined(names)


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
