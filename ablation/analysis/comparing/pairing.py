"""Which trials count, and which seeds pair up."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ablation.records import TrialOutcome

# A metric of this size is a diverged one, and its square would overflow.
LARGEST = 1e100

ValuesBySeed = dict[int, float]


def trials_by_variant(outcomes: Sequence[TrialOutcome]) -> dict[str, list[TrialOutcome]]:
    """Group trials by their variant."""
    trials: dict[str, list[TrialOutcome]] = {}
    for outcome in outcomes:
        trials.setdefault(outcome.variant, []).append(outcome)
    return trials


def finite_values(outcomes: Sequence[TrialOutcome], variant: str, metric: str) -> ValuesBySeed:
    """Return a variant's value of the metric by seed, for the trials that have a finite one."""
    return {
        outcome.seed: outcome.metrics[metric]
        for outcome in sorted(outcomes, key=lambda outcome: outcome.seed)
        if outcome.variant == variant and has_value(outcome, metric)
    }


def has_value(outcome: TrialOutcome, metric: str) -> bool:
    """Say whether a trial can take part in a comparison on this metric."""
    return outcome.is_finished and abs(outcome.metrics.get(metric, math.nan)) < LARGEST


def has_diverged(outcome: TrialOutcome, metric: str) -> bool:
    """Say whether a trial ended because it diverged, or with a metric beyond all bounds."""
    return outcome.status == "diverged" or abs(outcome.metrics.get(metric, 0.0)) >= LARGEST


def paired_differences(variant: ValuesBySeed, baseline: ValuesBySeed) -> ValuesBySeed:
    """Return variant - baseline for every seed that both have."""
    return {seed: value - baseline[seed] for seed, value in variant.items() if seed in baseline}
