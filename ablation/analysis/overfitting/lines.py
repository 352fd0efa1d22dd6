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


def overfitting_sentence(summary: OverfittingSummary) -> str:
    """Return what is known of one variant, with how many seeds it is of."""
    if not summary.can_be_told:
        return f"{summary.variant}: {summary.epochs:g} epochs are too few to tell when it overfits"
    seeds = f"{summary.overfit_seeds} of {summary.seeds} seeds"
    if summary.overfits_from is not None:
        return f"{summary.variant} overfits from epoch {summary.overfits_from} on ({seeds})"
    if summary.overfit_seeds:
        return f"{summary.variant} overfits with {seeds} only"
    if summary.rising_seeds > summary.seeds / 2:
        return f"{summary.variant} does not overfit: where its validation loss rises, so does its training loss"
    return f"{summary.variant}: its validation loss does not turn up for good within {summary.epochs:g} epochs"


def _named(names: Sequence[str]) -> str:
    if len(names) > MOST_NAMED:
        return f"{len(names)} others"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
