"""From an interval, and from what is left of it among many comparisons, to a verdict.

With the margin m (0 when none is given) and the interval of variant - baseline:

- the whole interval beyond +m or beyond -m: the variant **helps** or **hurts**, by more than m;
- the whole interval inside (-m, +m): it is **equivalent**, the difference is too small to matter;
- anything else: **inconclusive**. The data allow a difference that matters and one that does not.

Each interval is wrong once in twenty, so among many comparisons one soon is. A verdict therefore has to hold among all
of them as well: helps and hurts only if the t test of no difference is below 5 % after Holm's adjustment, equivalent
only if the equivalence test is; else it is inconclusive. So of studies in which nothing does anything, at most one in
twenty says of anything that it helps or hurts.

A variant of which any seed diverged has **diverged**, whatever its other seeds say: they are those that went well.

The three regions of the true effect do not overlap, so more seeds can settle an inconclusive verdict but cannot turn
"helps" into "equivalent" except by chance. "Not significant" alone never becomes "no effect": without a margin nothing
is ever equivalent.

Source: Kruschke, Rejecting or Accepting Parameter Values in Bayesian Estimation (2018), the same rule for intervals;
    Lakens, Equivalence Tests (2017); Holm (1979).
"""

from __future__ import annotations

from ablation.analysis.effects import Verdict
from ablation.analysis.metrics import Direction

# Of a family of comparisons: how many studies without any effect may claim one.
FAMILY_LEVEL = 0.05


def verdict_of(interval: tuple[float, float] | None, *, direction: Direction, margin: float | None) -> Verdict:
    """Return what an interval of variant - baseline says by itself; without an interval nothing is settled."""
    if interval is None:
        return "inconclusive"
    low, high = interval if direction == "max" else (-interval[1], -interval[0])
    size = margin or 0.0
    if low > size:
        return "helps"
    if high < -size:
        return "hurts"
    return "equivalent" if -size < low and high < size else "inconclusive"


def verdict_among(alone: Verdict, *, p_difference: float | None, p_equivalence: float | None) -> Verdict:
    """Return what is left of a verdict among all comparisons.

    Args:
        alone: What the interval says by itself.
        p_difference: Of the t test of no difference, adjusted.
        p_equivalence: Of the equivalence test, adjusted.
    """
    p_value = {"helps": p_difference, "hurts": p_difference, "equivalent": p_equivalence}.get(alone)
    return alone if p_value is not None and p_value <= FAMILY_LEVEL else "inconclusive"
