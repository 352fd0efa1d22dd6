"""Made-up outcomes for the tests of the analysis."""

from __future__ import annotations

from collections.abc import Mapping

from ablation.analysis import Comparison, Direction, compare
from ablation.records import TrialOutcome, TrialStatus

FINGERPRINT = "0" * 64


def outcome(
    variant: str, seed: int, value: float | None, *, metric: str = "val_loss", status: TrialStatus = "trained"
) -> TrialOutcome:
    """Return one trial with one metric, or none."""
    metrics = {} if value is None else {metric: value}
    return TrialOutcome(variant=variant, seed=seed, fingerprint=FINGERPRINT, status=status, metrics=metrics)


def outcomes(values: Mapping[str, Mapping[int, float]], *, metric: str = "val_loss") -> list[TrialOutcome]:
    """Return a finished trial for every variant and seed."""
    return [
        outcome(variant, seed, value, metric=metric)
        for variant, by_seed in values.items()
        for seed, value in by_seed.items()
    ]


def comparison_of(
    values: Mapping[str, Mapping[int, float]],
    *,
    direction: Direction = "min",
    margin: float | None = None,
    metric: str = "val_loss",
) -> Comparison:
    """Compare made-up values with the first variant."""
    variants = list(values)
    trials = outcomes(values, metric=metric)
    return compare(trials, metric=metric, direction=direction, baseline=variants[0], margin=margin, variants=variants)
