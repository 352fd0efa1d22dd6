"""Overfitting in words: a sentence a variant."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, median

from ablation.analysis import Overfitting, format_number
from ablation.report.study import StudyReport

# A list longer than this is a table, and there is one.
MOST_SENTENCES = 10


def overfitting_lines(report: StudyReport) -> list[str]:
    """Return when each variant overfits, in the order of the spec; nothing where nobody measured it."""
    found = {name: list(report.overfitting.get(name, {}).values()) for name in report.variants}
    lines = [f"{name} {overfitting_words(trials)}" for name, trials in found.items() if trials]
    return lines if len(lines) <= MOST_SENTENCES else []


def overfitting_words(trials: Sequence[Overfitting]) -> str:
    """Return when some trials of a variant overfit, and how large their gap becomes."""
    turns = [found.turning_epoch for found in trials if found.turning_epoch is not None]
    gaps = _gap_clause(trials)
    if not turns:
        return f"does not overfit in {max((len(found.epochs) for found in trials), default=0)} epochs{gaps}"
    seeds = "" if len(trials) == 1 else f" in {len(turns)} of {len(trials)} seeds"
    which = "epoch" if len(turns) == 1 else "the median epoch"
    return f"overfits from {which} {median(turns):g} on{seeds}{gaps}"


def _gap_clause(trials: Sequence[Overfitting]) -> str:
    best = [found.best_gap for found in trials if found.best_gap is not None]
    last = [found.last_gap for found in trials if found.last_gap is not None]
    if not best or not last:
        return ""
    return f": the gap is {format_number(fmean(best))} at the best epoch, {format_number(fmean(last))} at the last"
