"""What a variant costs beside the baseline: time on equal machines, and weights."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from ablation.analysis.effects import Cost
from ablation.analysis.inference.intervals import paired_interval
from ablation.records import TrialOutcome


def cost_of(outcomes: Sequence[TrialOutcome], variant: str, baseline: str) -> Cost | None:
    """Compare the seconds and the weights of a variant's trials with those of the baseline.

    Seconds are paired by seed, and a pair counts only if both trials were trained on equal devices with equal threads:
    a reused trial may come from another machine, and then its time says nothing about the variant.

    Returns:
        None where neither can be told.
    """
    logarithms = _log_ratios(outcomes, variant, baseline)
    interval = paired_interval(logarithms)
    ours, theirs = _parameters(outcomes, variant), _parameters(outcomes, baseline)
    if not logarithms and (ours is None or theirs is None):
        return None
    return Cost(
        time_ratio=math.exp(statistics.fmean(logarithms)) if logarithms else None,
        time_low=_exponential(interval[0]) if interval else None,
        time_high=_exponential(interval[1]) if interval else None,
        parameters=None if ours is None or theirs is None else ours - theirs,
        parameters_ratio=None if ours is None or not theirs else ours / theirs,
    )


def _log_ratios(outcomes: Sequence[TrialOutcome], variant: str, baseline: str) -> list[float]:
    timed = {
        (outcome.variant, outcome.seed): outcome
        for outcome in outcomes
        if outcome.is_finished and outcome.train_s > 0 and outcome.variant in (variant, baseline)
    }
    pairs = [
        (trial, timed[baseline, seed])
        for (name, seed), trial in timed.items()
        if name == variant and (baseline, seed) in timed
    ]
    return [math.log(ours.train_s / theirs.train_s) for ours, theirs in pairs if _machine(ours) == _machine(theirs)]


def _machine(trial: TrialOutcome) -> tuple[object, ...]:
    """Return what the time of a trial depends on, as far as it is recorded."""
    told = trial.determinism
    return () if told is None else (told.backend, told.device, told.device_name, told.threads)


def _parameters(outcomes: Sequence[TrialOutcome], variant: str) -> int | None:
    found = (trial.parameters for trial in outcomes if trial.variant == variant and trial.parameters is not None)
    return next(found, None)


def _exponential(logarithm: float) -> float | None:
    """Return e^x, or None where that is no number a reader could use: two seeds allow of nearly everything."""
    return math.exp(logarithm) if abs(logarithm) < 50 else None
