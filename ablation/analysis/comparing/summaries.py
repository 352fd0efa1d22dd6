"""One variant by itself: its metric over the seeds, its size and its time."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from ablation.analysis.comparing.pairing import finite_values, has_diverged
from ablation.analysis.effects import VariantSummary
from ablation.records import TrialOutcome


def summarize(outcomes: Sequence[TrialOutcome], variant: str, metric: str) -> VariantSummary:
    """Summarise the trials of one variant; those without a value of the metric are counted, not averaged."""
    trials = [outcome for outcome in outcomes if outcome.variant == variant]
    finished = [trial for trial in trials if trial.is_finished]
    values = list(finite_values(trials, variant, metric).values())
    summary = VariantSummary(
        variant=variant,
        finished=len(values),
        failed=len(trials) - len(values),
        diverged=sum(has_diverged(trial, metric) for trial in trials),
        parameters=next((trial.parameters for trial in trials if trial.parameters is not None), None),
        train_s=statistics.fmean(trial.train_s for trial in finished) if finished else None,
    )
    return summary.model_copy(update=_moments(values))


def interquartile_mean(values: Sequence[float]) -> float:
    """Return the mean of the middle half: without floor(n / 4) values at each end.

    Source: Agarwal et al., Deep Reinforcement Learning at the Edge of the Statistical Precipice (2021).
    """
    cut = len(values) // 4
    return statistics.fmean(sorted(values)[cut : len(values) - cut])


def _moments(values: Sequence[float]) -> dict[str, float | None]:
    if not values:
        return {}
    return {
        "mean": statistics.fmean(values),
        "sd": statistics.stdev(values) if len(values) > 1 else None,
        "median": statistics.median(values),
        "iqm": interquartile_mean(values),
        "lowest": min(values),
        "highest": max(values),
    }
