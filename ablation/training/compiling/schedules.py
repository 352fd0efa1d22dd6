"""Learning rates that change by step: the optimiser's rate times the factor of a schedule, on every backend."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import keras
from keras import ops

from ablation.spec.schedules import (
    ConstantRate,
    CosineDecay,
    ExponentialDecay,
    FinalDecay,
    LinearDecay,
    PiecewiseConstant,
    ReduceOnPlateau,
    Schedule,
)

# From steps, counted from 0 after the warm-up, to the share of the learning rate.
Factor = Callable[[Any], Any]


@dataclass(frozen=True)
class Span:
    """The steps that a schedule covers.

    Args:
        first_step: Steps of the optimiser before it.
        steps_per_epoch: Of this many.
        epochs: That it lasts.
    """

    first_step: int
    steps_per_epoch: int
    epochs: int

    def steps_after(self, warmup_steps: int) -> int:
        """Return the number of steps that are left when the warm-up is over; at least one."""
        return max(1, self.steps_per_epoch * self.epochs - warmup_steps)


class ScheduledRate(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]  # Keras is untyped
    """A learning rate times the factor of a step; the factor rises from 0 to 1 in a straight line first.

    Args:
        learning_rate: What the factor is a factor of.
        factor: Of each step after the warm-up.
        warmup_steps: Steps of the rise: step s has the factor s / warmup_steps.
        first_step: The optimiser's step that the schedule counts from.
    """

    def __init__(self, learning_rate: float, factor: Factor, *, warmup_steps: int, first_step: int) -> None:
        self.learning_rate = learning_rate
        self._factor = factor
        self._warmup_steps = warmup_steps
        self._first_step = first_step

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of one step of the optimiser (Keras calls this in every step)."""
        since = ops.cast(step - self._first_step, "float32")
        factor = self._factor(ops.maximum(since - self._warmup_steps, 0.0))
        if self._warmup_steps:
            factor = ops.where(since < self._warmup_steps, since / self._warmup_steps, factor)
        return self.learning_rate * factor


def build_rate(learning_rate: float, spec: Schedule, span: Span) -> float | ScheduledRate:
    """Return what an optimiser takes as its learning rate: a number where it is the same in every step.

    Args:
        learning_rate: What the schedule's factors are factors of.
        spec: The schedule; a reduction on a plateau is a callback's work and leaves the number.
        span: The steps it covers.
    """
    if isinstance(spec, ReduceOnPlateau) or (isinstance(spec, ConstantRate) and not spec.warmup_steps):
        return learning_rate
    return ScheduledRate(
        learning_rate, build_factor(spec, span), warmup_steps=spec.warmup_steps, first_step=span.first_step
    )


@singledispatch
def build_factor(spec: Schedule, span: Span) -> Factor:
    """Return the share of the learning rate that each step has.

    Args:
        spec: Kind and settings.
        span: The steps it covers.
    """
    raise TypeError(f"no schedule for {type(spec).__name__}")


@build_factor.register
def _(spec: ConstantRate, span: Span) -> Factor:
    return lambda step: ops.ones_like(step)


@build_factor.register
def _(spec: ExponentialDecay, span: Span) -> Factor:
    def factor(step: Any) -> Any:
        power = step / spec.decay_steps
        return ops.power(spec.decay_rate, ops.floor(power) if spec.staircase else power)

    return factor


@build_factor.register
def _(spec: PiecewiseConstant, span: Span) -> Factor:
    def factor(step: Any) -> Any:
        value = ops.full_like(step, spec.factors[-1])
        for boundary, before in reversed(list(zip(spec.boundaries, spec.factors, strict=False))):
            value = ops.where(step <= boundary, before, value)
        return value

    return factor


@build_factor.register
def _(spec: CosineDecay, span: Span) -> Factor:
    steps = spec.decay_steps or span.steps_after(spec.warmup_steps)

    def factor(step: Any) -> Any:
        height = 0.5 * (1.0 + ops.cos(math.pi * _progress(step, steps)))
        return spec.final_factor + (1.0 - spec.final_factor) * height

    return factor


@build_factor.register
def _(spec: LinearDecay, span: Span) -> Factor:
    steps = spec.decay_steps or span.steps_after(spec.warmup_steps)
    return lambda step: 1.0 - (1.0 - spec.final_factor) * _progress(step, steps)


@build_factor.register
def _(spec: FinalDecay, span: Span) -> Factor:
    left = span.steps_after(spec.warmup_steps)
    steps = min(left, spec.epochs * span.steps_per_epoch)
    return lambda step: 1.0 - (1.0 - spec.final_factor) * _progress(step - (left - steps), steps)


def _progress(step: Any, steps: int) -> Any:
    return ops.clip(step / steps, 0.0, 1.0)
