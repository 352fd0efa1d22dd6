"""Round numbers along an axis, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

MOST_VALUE_TICKS = 7
# Numbers from here on, and steps below the inverse, are written with an exponent.
LARGE = 1e6


def value_ticks(low: float, high: float, most: int = MOST_VALUE_TICKS) -> list[float]:
    """Return round values to label, as many as there is room for, from the lowest to the highest."""
    finest = (high - low) / most
    power = 10.0 ** math.floor(math.log10(finest))
    step = next(digit * power for digit in (1, 2, 5, 10) if digit * power >= finest)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [number * step for number in range(first, last + 1)]


def tick_labels(ticks: Sequence[float]) -> list[str]:
    """Write values with as many digits as tell them apart."""
    largest = max((abs(tick) for tick in ticks), default=0.0)
    step = min((after - before for before, after in pairwise(ticks)), default=largest or 1.0)
    if largest >= LARGE or step < 1 / LARGE:
        return [f"{tick:.3g}" for tick in ticks]
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return [f"{tick + 0.0:,.{decimals}f}" for tick in ticks]


def epoch_ticks(epochs: Iterable[int], most: int) -> list[int]:
    """Return round epochs to label; no halves, and none twice."""
    known = sorted(set(epochs)) or [1]
    steps = (digit * 10**power for power in range(9) for digit in (1, 2, 5))
    step = next(step for step in steps if (known[-1] - known[0]) / step < most)
    return [epoch for epoch in range(known[0], known[-1] + 1) if epoch % step == 0]
