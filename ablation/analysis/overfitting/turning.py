"""Where a noisy curve that fell begins to rise, and stays up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# So many epochs at its end have to lie above the lowest one: one high epoch is no turn.
LEAST_EPOCHS_AFTER = 3
# The rise is so many times the noise. Of curves that fall or stay level one in ten at most seems to rise by as much.
NOISE_OF_RISE = 4.0
# Within so many times the noise a value is as low as the lowest one.
NOISE_OF_VALLEY = 2.0
# What is farther off than so many standard deviations is a spike, as Huber's proposal has it.
SPIKE = 3.0
# The median size of a normal deviation is this part of the standard deviation, inverted.
NORMAL_SCALE = 1.4826
# A smaller rise does not matter, however smooth the curve is.
LEAST_RISE = 0.01

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Fit:
    """The nearest curve that falls to the lowest value and rises from there.

    Args:
        rising: Its values from the lowest one on.
        noise: Standard deviation of the values around it, near the lowest one and after it.
    """

    rising: Values
    noise: float


def turning_place(values: Sequence[float]) -> int | None:
    """Return the last place of a curve where it is as low as it ever gets, if it has risen for good since then.

    The curve is held against the nearest one that falls to its lowest value and rises from there (isotonic regression);
    what is left is noise. It has turned for good if that rise, as the last three values have reached it, is more than
    four times the noise and 1 % of the lowest value. The turn is the last place within two times the noise of the
    lowest value: without noise the lowest value itself, of a noisy level stretch its end.

    Args:
        values: Finite ones.

    Source: Robertson, Wright and Dykstra, 1988, Order Restricted Statistical Inference (the regression); Meyer and
        Woodroofe, 2000, On the Degrees of Freedom in Shape-Restricted Regression (the noise); Huber, 1964, Robust
        Estimation of a Location Parameter (cut at a multiple of the scale); Prechelt, 1998, Early Stopping - But When?
        (a rise as a share of the lowest value).
    """
    curve = np.asarray(values, dtype=np.float64)
    if len(curve) <= LEAST_EPOCHS_AFTER:
        return None
    lowest = int(np.argmin(curve))
    if len(curve) - 1 - lowest < LEAST_EPOCHS_AFTER:
        return None
    fit = _fit(curve, lowest)
    rise = fit.rising[-LEAST_EPOCHS_AFTER] - curve[lowest]
    if rise <= max(NOISE_OF_RISE * fit.noise, LEAST_RISE * abs(curve[lowest])):
        return None
    is_low = fit.rising <= curve[lowest] + NOISE_OF_VALLEY * fit.noise
    return lowest + int(np.flatnonzero(is_low)[-1])


def _fit(curve: Values, lowest: int) -> _Fit:
    # Imported here: it takes a while, and validating a spec needs only this room's metric_direction.
    from scipy.optimize import isotonic_regression

    falling = isotonic_regression(curve[: lowest + 1], increasing=False).x
    rising = isotonic_regression(curve[lowest:]).x
    # Early epochs scatter more than those around the turn, and say nothing of it.
    near = max(0, lowest - max(len(rising) - 1, LEAST_EPOCHS_AFTER + 1))
    fitted = np.concatenate([falling[:-1], rising])[near:]
    freedom = max(1, len(fitted) - len(np.unique(fitted)))
    noise = float(np.sqrt(np.sum(_without_spikes(curve[near:] - fitted) ** 2) / freedom))
    return _Fit(rising, noise)


def _without_spikes(left: Values) -> Values:
    """Cut what is left to three times its usual size: one epoch that went astray does not make a curve noisy."""
    sizes = np.abs(left[left != 0])
    limit = SPIKE * NORMAL_SCALE * float(np.median(sizes)) if len(sizes) else 0.0
    return np.clip(left, -limit, limit)
