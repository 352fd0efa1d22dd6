"""When a comparison has enough seeds: as soon as its interval is narrow enough.

A comparison goes on until its interval is narrow, never until it is significant: whoever looks after every seed and
stops at the first p < 0.05 finds an effect in nothing far more often than in 5 % of the cases. How wide an interval is
tells nothing about where it lies, so stopping by its width leaves the verdict honest.

Almost: where the first seeds happen to lie close together the interval is narrow too early. So the variance that the
rule counts with is larger than the measured one by a term that fades with the number of seeds n,

    s^2 + 3 (w / 2)^2 / n

for the asked width w; Chow and Robbins have 1/n there. Measured on 8,000 simulated comparisons each, of normal
differences and of t with 4 degrees of freedom, that need 4 to 40 seeds: the 95 % interval at the end holds the true
difference in 93.1 to 95 % of them; without the term in 92.2 to 95.6 % from 5 seeds on, in 90.5 to 93.6 % from 3.
The price are one to two seeds; a larger term buys a percent for as many more, and then nothing ends at 5 seeds.

Source: Chow and Robbins, On the Asymptotic Theory of Fixed-Width Sequential Confidence Intervals for the Mean (1965).
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping

from ablation.analysis.effects import Comparison, Effect

CAUTION = 3.0
# An early guess of the variance is a poor one: never more than twice the seeds before it is looked at again.
GROWTH = 2


def seeds_wanted(comparison: Comparison, *, ci_width: float, most: int) -> Mapping[str, int]:
    """Return how many seeds each variant should have next, the baseline included; empty when every comparison ends.

    A comparison ends when its interval is narrow enough, at `most` seeds, and when fewer than two seeds of it have a
    result: more of them would not give it an interval soon. Only variants that should have more seeds than they
    have are named; the baseline has as many as the variant with the most.

    Args:
        comparison: With the seeds so far, in which every variant ran the seeds 0 to n - 1.
        ci_width: From end to end, in units of the metric.
        most: Seeds that no variant has more of.
    """
    seeds = {summary.variant: summary.finished + summary.failed for summary in comparison.summaries}
    wanted = {
        effect.variant: min(most, seeds[effect.variant] + more)
        for effect in comparison.effects
        if (more := _more_seeds(effect, comparison, ci_width))
    }
    wanted[comparison.baseline] = max(wanted.values(), default=0)
    return {variant: count for variant, count in wanted.items() if count > seeds.get(variant, 0)}


def _more_seeds(effect: Effect, comparison: Comparison, ci_width: float) -> int:
    """Return how many seeds to add to one comparison before it is looked at again; 0 when it ends."""
    pairs = effect.pairs
    if pairs < 2 or effect.low is None or effect.high is None:
        return 0
    needed = _width(effect, effect.high - effect.low, ci_width) ** 2 * pairs / ci_width**2
    return 0 if needed <= pairs else min(max(1, math.ceil(needed) - pairs), (GROWTH - 1) * pairs)


def _width(effect: Effect, measured: float, ci_width: float) -> float:
    """Return the width of an effect's interval had its differences the larger variance that the rule counts with."""
    variance = statistics.variance(effect.differences.values())
    added = CAUTION * (ci_width / 2) ** 2 / effect.pairs
    if variance > 0:
        return measured * math.sqrt(1 + added / variance)
    from scipy.special import stdtrit

    return 2 * float(stdtrit(effect.pairs - 1, 0.975)) * math.sqrt(added / effect.pairs)
