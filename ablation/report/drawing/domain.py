"""The range of an axis, cut where a few outliers would flatten everything else."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

Curve = list[tuple[int, float | None]]

# An axis is cut where the outermost fifth of the values would take more than four fifths of it.
OUTER_SHARE = 0.2
MOST_STRETCH = 5.0
# What stays of them: the values within twice the range of the rest.
KEPT_STRETCH = 2.0
# Of fewer values none can be called an outlier.
FEWEST_TO_CUT = 8
# Beyond this the width of an axis could overflow.
LARGEST = 1e100


@dataclass(frozen=True)
class Domain:
    """The range of an axis; clipped when some values lie outside."""

    low: float
    high: float
    is_clipped: bool

    def cut(self, curve: Curve) -> list[tuple[float, float | None]]:
        """End a curve where it leaves the axis and begin it again where it returns.

        Cut here and not by the chart's own clipping, which makes each line a layer of its own: 40 lines then take two
        seconds to become a PNG.
        """
        points: list[tuple[float, float | None]] = []
        last: tuple[int, float] | None = None
        for epoch, value in curve:
            if value is None:
                last = None
                points.append((epoch, None))
                continue
            if last is not None and self.holds(last[1]) != self.holds(value):
                points.append(self._crossing(last, (epoch, value)))
            points.append((epoch, value if self.holds(value) else None))
            last = epoch, value
        return points

    def holds(self, value: float) -> bool:
        """Say whether a value lies on the axis."""
        return self.low <= value <= self.high

    @property
    def notes(self) -> list[str]:
        """The tag that a cut axis carries."""
        return ["clipped: some values lie outside the axis"] if self.is_clipped else []

    def _crossing(self, before: tuple[int, float], after: tuple[int, float]) -> tuple[float, float]:
        outside = before[1] if self.holds(after[1]) else after[1]
        edge = self.high if outside > self.high else self.low
        share = (edge - before[1]) / (after[1] - before[1])
        return before[0] + share * (after[0] - before[0]), edge


def axis_domain(values: Iterable[float | None]) -> Domain:
    """Return an axis that shows the values, cut where a few outliers would flatten all others."""
    known = [value for value in values if value is not None]
    finite = sorted(value for value in known if abs(value) < LARGEST)
    if not finite:
        return Domain(0.0, 1.0, is_clipped=bool(known))
    low, high = finite[0], finite[-1]
    outer = math.ceil(OUTER_SHARE * len(finite)) if len(finite) >= FEWEST_TO_CUT else 0
    inner_low, inner_high = finite[outer], finite[len(finite) - 1 - outer]
    if 0 < MOST_STRETCH * (inner_high - low) < high - low:
        high = max(value for value in finite if value - low <= KEPT_STRETCH * (inner_high - low))
    if 0 < MOST_STRETCH * (high - inner_low) < high - low:
        low = min(value for value in finite if high - value <= KEPT_STRETCH * (high - inner_low))
    pad = 0.04 * (high - low) or 0.05 * abs(high) or 0.5
    return Domain(low - pad, high + pad, is_clipped=len(finite) < len(known) or low > finite[0] or high < finite[-1])


def values_of(curves: Iterable[Curve]) -> list[float | None]:
    """Return all values of some curves."""
    return [value for curve in curves for _, value in curve]
