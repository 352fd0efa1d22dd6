"""What a learning-rate range test says: where the loss falls, where fastest, and what that means for a study's rate.

Source: Smith, Cyclical Learning Rates for Training Neural Networks (2017), section 3.3.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ablation.records import Record

Losses = NDArray[np.float64]

# Width of the smoothing, as the standard deviation of its weights, in shares of the steps of the whole test.
SMOOTHING = 0.025
# A fall counts when it is more than noise, and more than this share of the loss it begins from.
LEAST_FALL = 0.01
NOISES_OF_A_FALL = 6.0
# The fall has begun, and ends, when these shares of it are done: a floor that is flat has no lowest point to speak of.
BEGUN, DONE = 0.1, 0.99
# A test begins or ends in the middle of the fall when its outermost steps fall at this share of the fastest or more.
END_STEPS, FAST = 5, 0.25


class RateRange(Record):
    """A range test and what follows from it; of the learning rates, those that are None do not exist."""

    start_loss: float
    rates: tuple[float, ...] = Field(description="As far as the test went.")
    losses: tuple[float, ...] = Field(description="Raw, after the step at each rate.")
    smoothed: tuple[float, ...] = Field(description="The same without the noise of single batches.")
    planned_steps: int
    last_rate: float = Field(description="That the test would have gone to.")
    stop: Literal["not_finite", "risen"] | None = Field(description="What ended it before.")
    own_rate: float = Field(description="Of the spec.")
    steepest: float | None = Field(description="Where the smoothed loss falls fastest; the suggestion.")
    minimum: float | None = Field(description="Where the smoothed loss reaches its minimum.")
    useful: tuple[float, float] | None = Field(description="From where the loss begins to fall to its minimum.")

    @property
    def minimum_tenth(self) -> float | None:
        """A tenth of the rate at the minimum, the other suggestion that is often made."""
        return None if self.minimum is None else self.minimum / 10


def judge_rates(
    measured: tuple[float, Sequence[float], Sequence[float]],
    *,
    planned_rates: tuple[float, int],
    stop: Literal["not_finite", "risen"] | None,
    own_rate: float,
) -> RateRange:
    """Say what a range test found.

    Args:
        measured: The loss at the start, the rates, and the loss after the step at each; rates in equal ratios.
        planned_rates: The last rate of the whole test, and its number of steps.
        stop: What ended it before.
        own_rate: The study's.
    """
    start_loss, rates, losses = measured
    last_rate, steps = planned_rates
    width = max(1.0, SMOOTHING * steps)
    smoothed = smooth(losses, width=width)
    found = _find(rates, smoothed, noise=_noise(losses, smoothed, width))
    return RateRange(
        start_loss=start_loss,
        rates=tuple(rates),
        losses=tuple(losses),
        smoothed=tuple(smoothed.tolist()),
        planned_steps=steps,
        last_rate=last_rate,
        stop=stop,
        own_rate=own_rate,
        steepest=found and found[1],
        minimum=found and found[2],
        useful=found and (found[0], found[2]),
    )


def smooth(losses: Sequence[float], *, width: float) -> Losses:
    """Return means over neighbours on both sides, which leave a slope where it is; a mean of the past would lag.

    Losses after the minimum are cut where they are above all before it: an explosion would lift what leads to it.

    Args:
        losses: At rates in equal ratios.
        width: Standard deviation of the weights, in steps.

    Returns:
        Float64 of shape (steps,).
    """
    if not losses:
        return np.zeros(0)
    values = np.asarray(losses, dtype=np.float64)
    most = values[: values.argmin() + 1].max()
    steps = np.arange(len(values))
    weights = np.exp(-0.5 * ((steps[:, None] - steps[None, :]) / width) ** 2)
    means: Losses = weights @ np.minimum(values, most) / weights.sum(axis=1)
    return means


def range_lines(found: RateRange) -> tuple[str, ...]:
    """Return what a range test says, a sentence each: the suggestion, the study's own rate, and what limits both."""
    return (_suggestion(found), *_own(found), *_limits(found))


def _find(rates: Sequence[float], smoothed: Losses, *, noise: float) -> tuple[float, float, float] | None:
    """Return the rates where the fall begins, is fastest and ends; None where there is no fall."""
    if len(smoothed) < 2:
        return None
    fall = float(smoothed[0] - smoothed.min())
    if not fall > max(LEAST_FALL * abs(smoothed[0]), NOISES_OF_A_FALL * noise):
        return None
    lowest = int(np.flatnonzero(smoothed <= smoothed[0] - DONE * fall)[0])
    steepest = int(np.gradient(smoothed)[: lowest + 1].argmin())
    before = np.flatnonzero(smoothed[: steepest + 1] >= smoothed[0] - BEGUN * fall)
    begin = int(before[-1]) if len(before) else 0
    return rates[begin], rates[steepest], rates[lowest]


def _noise(losses: Sequence[float], smoothed: Losses, width: float) -> float:
    """Return the standard deviation of a smoothed loss, from the jumps of the raw one: their median knows no explosion.

    Jumps of independent noise are the square root of 2 wider than it, and half of them below 0.674 deviations.
    """
    if len(smoothed) < 2:
        return 0.0
    jumps = float(np.median(np.abs(np.diff(losses))) - np.median(np.abs(np.diff(smoothed))))
    return max(0.0, jumps) / (0.674 * math.sqrt(2)) / math.sqrt(2 * math.sqrt(math.pi) * width)


def _suggestion(found: RateRange) -> str:
    if found.steepest is None or found.minimum_tenth is None or found.useful is None:
        return f"No rate makes the loss fall within {_steps(found)}, so there is nothing to suggest."
    low, high = found.useful
    return (
        f"Suggested learning rate: {_rate(found.steepest)}, where the smoothed loss falls fastest; a tenth of the rate "
        f"at its minimum is {_rate(found.minimum_tenth)}. The loss falls from {_rate(low)} to {_rate(high)}."
    )


def _own(found: RateRange) -> Iterator[str]:
    if found.useful is None:
        return
    low, high = found.useful
    own = f"The spec's learning rate, {_rate(found.own_rate)},"
    if found.own_rate < low:
        yield f"{own} lies below that: one step at it changes the loss hardly at all, training with it is slow."
    elif found.own_rate > high:
        yield f"{own} lies above that: at it the loss no longer falls."
    else:
        yield f"{own} lies within."


def _limits(found: RateRange) -> Iterator[str]:
    if found.stop == "not_finite":
        yield f"The test ended after {len(found.rates)} of {found.planned_steps} steps: the loss was no longer finite."
    if found.stop == "risen":
        yield (
            f"The test ended after {len(found.rates)} of {found.planned_steps} steps: the loss was 4 times its minimum."
        )
    if found.useful is None:
        return
    falls = -np.diff(found.smoothed)
    if found.stop is None and falls[-END_STEPS:].mean() > FAST * falls.max():
        yield f"The loss still falls at the last rate, {_rate(found.last_rate)}: try a higher --to."
    if falls[:END_STEPS].mean() > FAST * falls.max():
        yield f"The loss falls from the first rate on, {_rate(found.rates[0])}: try a lower --from."


def _steps(found: RateRange) -> str:
    return f"{len(found.rates)} step{'' if len(found.rates) == 1 else 's'}"


def _rate(rate: float) -> str:
    return f"{rate:.2g}"
