"""Numbers with the precision that their interval allows, never more."""

from __future__ import annotations

import math

# Beyond this many decimals a fixed-point number is a row of zeros.
MOST_DECIMALS = 6


def decimals_for(half_width: float) -> int:
    """Return how many decimals a value deserves whose uncertainty is +- half_width.

    One significant digit of the uncertainty, two when it begins with a 1: rounding then moves the value by at most a
    quarter of its uncertainty. Negative when whole tens or hundreds are uncertain.

    Source: the rounding rule of the Particle Data Group, Review of Particle Physics, 5.3, simplified.
    """
    if not math.isfinite(half_width) or half_width <= 0:
        return MOST_DECIMALS + 1
    exponent = math.floor(math.log10(half_width))
    is_leading_one = half_width / 10.0**exponent < 2
    return -exponent + is_leading_one


def format_number(value: float, decimals: int | None = None) -> str:
    """Write a number with so many decimals, or with three significant digits when nothing says how many it deserves."""
    if not math.isfinite(value):
        return str(value)
    if decimals is None or decimals > MOST_DECIMALS:
        return f"{value:.3g}"
    rounded = round(value, decimals)
    text = f"{rounded:.{max(decimals, 0)}f}"
    return text.removeprefix("-") if rounded == 0 else text


def decimals_between(low: float, high: float, landmarks: tuple[float, ...]) -> int:
    """Return the decimals of an interval, enough that neither its ends nor its middle are rounded onto a landmark.

    Without this an interval of 0.004 to 0.06 would read "0.00 to 0.06", which denies its own verdict, and a difference
    of -0.03 within -0.33 to 0.27 would read "0.0", which looks like no difference at all.
    """
    decimals = decimals_for((high - low) / 2)
    shown = (low, (low + high) / 2, high)
    for more in range(3):
        if not any(_is_rounded_onto(number, mark, decimals + more) for number in shown for mark in landmarks):
            return decimals + more
    return decimals


def _is_rounded_onto(end: float, mark: float, decimals: int) -> bool:
    return end != mark and round(end, decimals) == round(mark, decimals)
