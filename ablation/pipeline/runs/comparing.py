"""The comparison of a run's trials, and its gates."""

from __future__ import annotations

from ablation.analysis import Bounds, Comparison, GateResult, compare, judge, metric_direction
from ablation.records import TrialOutcome
from ablation.spec import Study


def compare_trials(study: Study, outcomes: tuple[TrialOutcome, ...]) -> Comparison:
    """Compare every variant with the baseline, paired by seed."""
    wanted = study.spec.compare
    return compare(
        outcomes,
        metric=wanted.metric,
        direction=wanted.direction or metric_direction(wanted.metric),
        baseline=study.baseline,
        margin=wanted.margin,
        variants=[variant.name for variant in study.variants],
    )


def judge_gates(study: Study, outcomes: tuple[TrialOutcome, ...]) -> tuple[GateResult, ...]:
    """Decide every gate of the spec."""
    return tuple(
        judge(Bounds(**gate.model_dump() | {"variant": gate.variant or study.baseline}), outcomes)
        for gate in study.spec.gates
    )
