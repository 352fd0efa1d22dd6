"""What so many seeds can find, and how many would settle what they did not.

Both take the standard deviation of the differences for the true one. From 5 seeds it is uncertain by a third to either
side, and the number of seeds that follows by twice that share: "about".

Source: Cohen, Statistical Power Analysis for the Behavioral Sciences (1988), by the noncentral t distribution.
"""

from __future__ import annotations

import bisect
import math

POWER = 0.8
# A study of more seeds than this is another study.
MOST_SEEDS = 100
# Beyond, every test is certain, and the distribution function is nan.
LARGEST_NONCENTRALITY = 1e6


def detectable_difference(sd: float, pairs: int, level: float) -> float:
    """Return the least true difference that a two-sided paired t test finds with a power of 80 %.

    Args:
        sd: Standard deviation of the differences.
        pairs: How many there are, two at least.
        level: Of the test, e.g. 0.05.
    """
    from scipy.special import nctdtrinc, stdtrit

    critical = float(stdtrit(pairs - 1, 1 - level / 2))
    return float(nctdtrinc(pairs - 1, 1 - POWER, critical)) * sd / math.sqrt(pairs)


def pairs_to_settle(
    difference: float, sd: float, *, margin: float, level: float, family_levels: tuple[float, float]
) -> int | None:
    """Return how many pairs would settle a comparison in 4 of 5 studies if difference and spread are as observed.

    Settled is a difference beyond the margin whose test also holds in its family, or one that is inside by both.

    Args:
        difference: Mean of the differences.
        sd: Their standard deviation, above 0.
        margin: A difference up to this size does not matter; 0: every one does.
        level: Two-sided, of the interval.
        family_levels: What Holm leaves to the two-sided test of no difference, and to the test of equivalence.

    Returns:
        None where more than MOST_SEEDS would be needed.
    """
    size = abs(difference)

    def settled(pairs: int) -> float:
        if size > margin:
            return min(_power(size - margin, sd, pairs, level / 2), _power(size, sd, pairs, family_levels[0] / 2))
        side = min(level / 2, family_levels[1])
        return _power(margin - size, sd, pairs, side) + _power(margin + size, sd, pairs, side) - 1

    counts = range(2, MOST_SEEDS + 1)
    place = bisect.bisect_left(counts, POWER, key=settled)
    return counts[place] if place < len(counts) else None


def _power(distance: float, sd: float, pairs: int, level: float) -> float:
    """Return the power of a one-sided t test."""
    from scipy.special import nctdtr, stdtrit

    critical = float(stdtrit(pairs - 1, 1 - level))
    noncentrality = min(distance / sd * math.sqrt(pairs), LARGEST_NONCENTRALITY)
    return 1 - float(nctdtr(pairs - 1, noncentrality, critical))
