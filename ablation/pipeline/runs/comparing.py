"""The comparison of a run's trials on every metric, and its gates."""

from __future__ import annotations

from ablation.analysis import (
    Bounds,
    Comparison,
    Direction,
    GateResult,
    analyze_factors,
    compare,
    judge,
    metric_direction,
)
from ablation.records import TrialOutcome
from ablation.spec import Study


def compare_trials(study: Study, outcomes: tuple[TrialOutcome, ...]) -> Comparison:
    """Compare every variant with the baseline, paired by seed, on the metric that decides."""
    wanted = study.spec.compare
    direction = wanted.direction or metric_direction(wanted.metric)
    return _compared(study, outcomes, wanted.metric, direction, wanted.margin)


def compare_others(study: Study, outcomes: tuple[TrialOutcome, ...]) -> dict[str, Comparison]:
    """Compare on every other metric of the trials, by name, without a margin: the spec's is of the one that decides.

    Left out are metrics whose names do not tell which way is better, and those of a study of one variant.
    """
    names = sorted({name for outcome in outcomes for name in outcome.metrics} - {study.spec.compare.metric})
    directions = {name: _direction(name) for name in names if len(study.variants) > 1}
    return {
        name: _compared(study, outcomes, name, direction, None)
        for name, direction in directions.items()
        if direction is not None
    }


def judge_gates(study: Study, outcomes: tuple[TrialOutcome, ...]) -> tuple[GateResult, ...]:
    """Decide every gate of the spec."""
    return tuple(
        judge(Bounds(**gate.model_dump() | {"variant": gate.variant or study.baseline}), outcomes)
        for gate in study.spec.gates
    )


def _compared(
    study: Study, outcomes: tuple[TrialOutcome, ...], metric: str, direction: Direction, margin: float | None
) -> Comparison:
    comparison = compare(
        outcomes,
        metric=metric,
        direction=direction,
        baseline=study.baseline,
        margin=margin,
        variants=[variant.name for variant in study.variants],
    )
    return analyze_factors(comparison, outcomes, {variant.name: variant.levels for variant in study.variants})


def _direction(metric: str) -> Direction | None:
    try:
        return metric_direction(metric)
    except ValueError:
        return None
