"""What a range test says of curves whose answer is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ablation.analysis import RateRange, judge_rates, range_lines

STEPS = 100
RATES = [float(rate) for rate in np.geomspace(1e-7, 10, STEPS)]


def judged(losses: list[float], *, own_rate: float = 1e-3, stop: Any = None) -> RateRange:
    measured = (losses[0], RATES[: len(losses)], losses)
    return judge_rates(measured, planned_rates=(10.0, STEPS), stop=stop, own_rate=own_rate)


def valley(*, begin: int, end: int, noise: float = 0.0) -> list[float]:
    """A loss of 2 that falls by 1.5 in a straight line between two steps, and rises again ten steps later."""
    steps = np.arange(STEPS)
    down = np.interp(steps, [begin, end], [2.0, 0.5])
    up = np.interp(steps, [end + 10, end + 20], [0.0, 3.0])
    return [float(loss) for loss in down + up + np.random.default_rng(0).normal(0, noise, STEPS)]


@pytest.mark.parametrize("noise", [0.0, 0.1])
@pytest.mark.parametrize(("begin", "end"), [(40, 60), (20, 30), (10, 70)])
def test_suggested_rate_lies_within_the_straight_fall(begin: int, end: int, noise: float) -> None:
    found = judged(valley(begin=begin, end=end, noise=noise))
    assert found.steepest is not None and found.useful is not None and found.minimum is not None
    assert RATES[begin] < found.steepest < RATES[end]
    assert RATES[end - 4] < found.minimum < RATES[end + 11]
    assert RATES[begin - 6] < found.useful[0] < found.steepest < found.useful[1] == found.minimum
    assert found.minimum_tenth == pytest.approx(found.minimum / 10)


def test_suggested_rate_of_a_curved_fall_is_at_its_inflection() -> None:
    losses = [float(2 - 1.5 / (1 + np.exp(-(step - 55) / 4))) for step in range(STEPS)]
    assert judged(losses).steepest == pytest.approx(RATES[55], rel=1e-6)


def test_explosion_after_the_minimum_moves_neither_rate_by_much() -> None:
    fall = [float(2 - 1.5 / (1 + np.exp(-(step - 55) / 4))) for step in range(STEPS)]
    exploded = judged([*fall[:75], 1e3, 1e30], stop="risen")
    assert exploded.steepest == pytest.approx(RATES[55], rel=1e-6)
    assert exploded.minimum is not None
    assert RATES[68] <= exploded.minimum <= RATES[74]


@pytest.mark.parametrize("seed", range(20))
def test_noise_alone_suggests_nothing(seed: int) -> None:
    losses = np.random.default_rng(seed).normal(2.3, 0.15, STEPS).tolist()
    found = judged(losses)
    assert (found.steepest, found.minimum, found.useful) == (None, None, None)
    assert range_lines(found) == ("No rate makes the loss fall within 100 steps, so there is nothing to suggest.",)


@pytest.mark.parametrize("losses", [[], [2.0], [2.0] * 50, [2.0, 2.1, 3.0, 9.0]])
def test_loss_that_never_falls_suggests_nothing(losses: list[float]) -> None:
    found = judge_rates((2.0, RATES[: len(losses)], losses), planned_rates=(10.0, STEPS), stop=None, own_rate=1e-3)
    assert found.steepest is None
    assert range_lines(found)[0].startswith(f"No rate makes the loss fall within {len(losses)} step")


def test_small_fall_of_a_loss_without_noise_counts_from_one_per_cent() -> None:
    assert judged(np.interp(range(STEPS), [40, 60], [2.0, 1.985]).tolist()).steepest is None
    assert judged(np.interp(range(STEPS), [40, 60], [2.0, 1.975]).tolist()).steepest is not None


def test_negative_loss_that_falls_has_a_suggestion() -> None:
    found = judged(np.interp(range(STEPS), [40, 60], [-0.1, -0.9]).tolist())
    assert found.steepest is not None
    assert RATES[40] < found.steepest < RATES[60]


@pytest.mark.parametrize(
    ("own_rate", "words"),
    [
        (1e-6, "The spec's learning rate, 1e-06, lies below that:"),
        (1e-3, "The spec's learning rate, 0.001, lies within."),
        (5.0, "The spec's learning rate, 5, lies above that: at it the loss no longer falls."),
    ],
)
def test_own_rate_is_set_beside_the_range(own_rate: float, words: str) -> None:
    lines = range_lines(judged(valley(begin=40, end=60), own_rate=own_rate))
    assert lines[0].startswith("Suggested learning rate: ")
    assert lines[1].startswith(words)
    assert len(lines) == 2


ENDED = valley(begin=40, end=60)[:75]
STILL_FALLING = np.interp(range(STEPS), [40, 100], [2.0, 0.5]).tolist()
FALLING_AT_ONCE = np.interp(range(STEPS), [0, 30], [2.0, 0.5]).tolist()


@pytest.mark.parametrize(
    ("losses", "stop", "words"),
    [
        (ENDED, "risen", "The test ended after 75 of 100 steps: the loss was 4 times its minimum."),
        (ENDED, "not_finite", "The test ended after 75 of 100 steps: the loss was no longer finite."),
        (STILL_FALLING, None, "The loss still falls at the last rate, 10: try a higher --to."),
        (FALLING_AT_ONCE, None, "The loss falls from the first rate on, 1e-07: try a lower --from."),
    ],
)
def test_what_limits_the_suggestion_is_said(losses: list[float], stop: str | None, words: str) -> None:
    assert range_lines(judged(losses, stop=stop))[2:] == (words,)
