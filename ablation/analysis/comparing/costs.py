"""What a variant costs beside the baseline: time on equal machines, and weights."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from ablation.analysis.effects import Cost
from ablation.analysis.inference.intervals import paired_interval
from ablation.records import TrialOutcome

# e^50 x the time: two seeds allow of nearly everything, and the end of such an interval is no number to show.
LARGEST_LOGARITHM = 50.0


def cost_of(outcomes: Sequence[TrialOutcome], variant: str, baseline: str) -> Cost | None:
    """Compare the time and the weights of a variant's trials with those of the baseline.

    Times are paired by seed, and a pair counts only if both trials were trained on equal devices with equal threads: a
    reused trial may come from another machine, and then its time says nothing about the variant. On a processor the
    time is that of the CPU, since seconds by the clock are mostly those of what else the machine does.

    Returns:
        None where neither can be told.
    """
    times = _paired_times(outcomes, variant, baseline)
    ratios = [math.log(ours / theirs) for ours, theirs in times]
    low, high = paired_interval(ratios) or (None, None)
    ours, theirs = _parameters(outcomes, variant), _parameters(outcomes, baseline)
    if not ratios and (ours is None or theirs is None):
        return None
    return Cost(
        time_ratio=_exponential(statistics.fmean(ratios)) if ratios else None,
        time_low=_exponential(low),
        time_high=_exponential(high),
        seconds=statistics.fmean(ours - theirs for ours, theirs in times) if times else None,
        parameters=None if ours is None or theirs is None else ours - theirs,
        parameters_ratio=None if ours is None or not theirs else ours / theirs,
    )


def _paired_times(outcomes: Sequence[TrialOutcome], variant: str, baseline: str) -> list[tuple[float, float]]:
    """Return the seconds of a variant's trials beside those of the baseline, seed by seed, on equal machines."""
    timed = {
        (outcome.variant, outcome.seed): outcome
        for outcome in outcomes
        if outcome.is_finished and outcome.resumed_from is None and outcome.variant in (variant, baseline)
    }
    pairs = [
        (trial, timed[baseline, seed])
        for (name, seed), trial in sorted(timed.items())
        if name == variant and (baseline, seed) in timed
    ]
    times = [_times(ours, theirs) for ours, theirs in pairs if _machine(ours) == _machine(theirs)]
    return [(ours, theirs) for ours, theirs in times if ours > 0 and theirs > 0]


def _times(ours: TrialOutcome, theirs: TrialOutcome) -> tuple[float, float]:
    is_on_processor = ours.determinism is not None and ours.determinism.device == "cpu"
    if is_on_processor and ours.cpu_s > 0 and theirs.cpu_s > 0:
        return ours.cpu_s, theirs.cpu_s
    return ours.train_s, theirs.train_s


def _machine(trial: TrialOutcome) -> tuple[object, ...]:
    """Return what the time of a trial depends on, as far as it is recorded."""
    told = trial.determinism
    return () if told is None else (told.backend, told.device, told.device_name, told.threads)


def _parameters(outcomes: Sequence[TrialOutcome], variant: str) -> int | None:
    found = (trial.parameters for trial in outcomes if trial.variant == variant and trial.parameters is not None)
    return next(found, None)


def _exponential(logarithm: float | None) -> float | None:
    return None if logarithm is None or abs(logarithm) > LARGEST_LOGARITHM else math.exp(logarithm)
