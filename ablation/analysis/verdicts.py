"""From an interval to a verdict.

With the margin m (0 when none is given) and the interval of variant - baseline:

- the whole interval beyond +m or beyond -m: the variant **helps** or **hurts**, by more than m;
- the whole interval inside (-m, +m): it is **equivalent**, the difference is too small to matter;
- anything else: **inconclusive**. The data allow a difference that matters and one that does not.

The three regions of the true effect do not overlap, so more seeds can settle an inconclusive verdict but cannot turn
"helps" into "equivalent" except by chance. "Not significant" alone never becomes "no effect": without a margin nothing
is ever equivalent.

Source: Kruschke, Rejecting or Accepting Parameter Values in Bayesian Estimation (2018), the same rule for intervals;
    Lakens, Equivalence Tests (2017).
"""

from __future__ import annotations

from ablation.analysis.effects import Verdict
from ablation.analysis.metrics import Direction


def verdict_of(interval: tuple[float, float] | None, *, direction: Direction, margin: float | None) -> Verdict:
    """Return what an interval of variant - baseline says; without an interval nothing is settled."""
    if interval is None:
        return "inconclusive"
    low, high = interval if direction == "max" else (-interval[1], -interval[0])
    size = margin or 0.0
    if low > size:
        return "helps"
    if high < -size:
        return "hurts"
    return "equivalent" if -size < low and high < size else "inconclusive"
