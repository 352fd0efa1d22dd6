"""Gates: whether the mean of a metric keeps its bounds, as far as the seeds can tell."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from ablation.analysis.comparing.pairing import finite_values, paired_differences
from ablation.analysis.inference.intervals import paired_interval
from ablation.analysis.numbers import decimals_for, format_number
from ablation.records import Record, TrialOutcome

GateStatus = Literal["passed", "failed", "inconclusive"]


class Bounds(Record):
    """What a metric's mean over seeds must keep to."""

    name: str
    variant: str
    metric: str
    minimum: float | None = None
    maximum: float | None = None
    relative_to: str | None = Field(
        default=None, description="The bounds are on the paired difference to this variant."
    )


class GateResult(Record):
    """How a gate was decided."""

    bounds: Bounds
    status: GateStatus
    mean: float | None = None
    low: float | None = Field(default=None, description="Lower end of the 95 % interval of the mean.")
    high: float | None = Field(default=None, description="Upper end.")
    seeds: int = Field(ge=0, description="Seeds that have a value.")
    reason: str = Field(description="In words.")


def judge(bounds: Bounds, outcomes: Sequence[TrialOutcome]) -> GateResult:
    """Decide a gate by the Student t interval of the mean over seeds.

    Passed: the whole interval keeps the bounds. Failed: the whole interval lies beyond one, or no trial has the metric.
    Inconclusive: anything else; a trial without a result is never a pass.
    """
    values = finite_values(outcomes, bounds.variant, bounds.metric)
    if bounds.relative_to is not None:
        values = paired_differences(values, finite_values(outcomes, bounds.relative_to, bounds.metric))
    numbers = list(values.values())
    if not numbers:
        return GateResult(bounds=bounds, status="failed", seeds=0, reason="no trial has this metric")
    mean, interval = statistics.fmean(numbers), paired_interval(numbers)
    low, high = interval or (None, None)
    status, reason = _decide(bounds, interval)
    if status == "passed" and (missing := _without_value(bounds, outcomes, len(numbers))):
        status, reason = "inconclusive", f"{missing} of {missing + len(numbers)} seeds have no result"
    return GateResult(bounds=bounds, status=status, mean=mean, low=low, high=high, seeds=len(numbers), reason=reason)


def gate_line(result: GateResult) -> str:
    """Say in one line what a gate asked for, what was found, and how it was decided."""
    bounds = result.bounds
    subject = f"{bounds.metric} of {bounds.variant}"
    if bounds.relative_to is not None:
        subject += f" less that of {bounds.relative_to}"
    wanted = " and ".join(
        f"{words} {bound:g}"
        for words, bound in (("at least", bounds.minimum), ("at most", bounds.maximum))
        if bound is not None
    )
    return f"gate {bounds.name} {result.status}: {subject} must be {wanted}; {_found(result)}{result.reason}"


def _found(result: GateResult) -> str:
    if result.mean is None:
        return ""
    if result.low is None or result.high is None:
        return f"it is {format_number(result.mean)}: "
    decimals = max(decimals_for(result.high - result.low), 0) if result.high > result.low else None
    mean, low, high = (format_number(number, decimals) for number in (result.mean, result.low, result.high))
    return f"it is {mean} (95 % interval {low} to {high}, {result.seeds} seeds): "


def _decide(bounds: Bounds, interval: tuple[float, float] | None) -> tuple[GateStatus, str]:
    if interval is None:
        return "inconclusive", "one seed has no interval, add seeds"
    lowest = -math.inf if bounds.minimum is None else bounds.minimum
    highest = math.inf if bounds.maximum is None else bounds.maximum
    low, high = interval
    if lowest <= low and high <= highest:
        return "passed", "the whole interval keeps the bounds"
    if high < lowest or low > highest:
        return "failed", "the whole interval is beyond the bound"
    return "inconclusive", "the interval reaches over the bound, add seeds"


def _without_value(bounds: Bounds, outcomes: Sequence[TrialOutcome], found: int) -> int:
    concerned = {bounds.variant, bounds.relative_to}
    seeds = {outcome.seed for outcome in outcomes if outcome.variant in concerned}
    return len(seeds) - found
