"""The share of each factor in what all of them do together."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

from ablation.analysis.comparing.pairing import ValuesBySeed
from ablation.analysis.effects import ShapleyValue, TotalEffect
from ablation.analysis.factors.designs import Contrast, Design
from ablation.analysis.factors.estimates import Estimate, estimate

# 2^12 combinations: beyond, nobody trains a full factorial.
MOST_FACTORS = 12


def total_effect(design: Design, values: Mapping[str, ValuesBySeed]) -> TotalEffect | None:
    """Return the effect of all factors together and the Shapley value of each; only of full factorials.

    A factor's value is what switching it on adds, averaged over all orders in which the factors can be switched on: the
    only division of the total that treats factors alike, gives none to one that never adds anything, and adds up. A
    factor of several levels is on at its last one, or at its first where the baseline has the last.

    Source: Shapley, A Value for n-Person Games (1953).
    """
    if not design.is_full or not 2 <= len(design.factors) <= MOST_FACTORS:
        return None
    variants = {frozenset(on): _variant(design, on) for on in _subsets(design.factors)}
    nothing, everything = variants[frozenset()], variants[frozenset(design.factors)]
    # Every estimate from the same seeds, so that the parts add up to the whole.
    seeds = set.intersection(*(set(values.get(name, {})) for name in variants.values()))
    if not seeds:
        return None
    common = {name: {seed: values[name][seed] for seed in seeds} for name in variants.values()}
    total = estimate({everything: 1.0, nothing: -1.0}, common)
    parts = {factor: estimate(_contrast(factor, design.factors, variants), common) for factor in design.factors}
    assert total.mean is not None
    low, high = total.interval or (None, None)
    shared = total.mean if low is not None and high is not None and (low > 0 or high < 0) else None
    return TotalEffect(
        variant=everything,
        difference=total.mean,
        low=low,
        high=high,
        seeds=len(seeds),
        values=tuple(_value(factor, part, shared) for factor, part in parts.items()),
    )


def _subsets(factors: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [subset for size in range(len(factors) + 1) for subset in itertools.combinations(factors, size)]


def _variant(design: Design, on: tuple[str, ...]) -> str:
    found = design.variant({**design.reference, **{factor: design.others_of(factor)[-1] for factor in on}})
    assert found is not None, "a full factorial has every combination"
    return found


def _contrast(factor: str, factors: tuple[str, ...], variants: Mapping[frozenset[str], str]) -> Contrast:
    contrast: Contrast = {}
    others = tuple(other for other in factors if other != factor)
    for before in _subsets(others):
        # The share of orders in which exactly these come before the factor.
        share = math.factorial(len(before)) * math.factorial(len(others) - len(before)) / math.factorial(len(factors))
        for on, weight in ((frozenset({*before, factor}), share), (frozenset(before), -share)):
            contrast[variants[on]] = contrast.get(variants[on], 0.0) + weight
    return contrast


def _value(factor: str, part: Estimate, total: float | None) -> ShapleyValue:
    assert part.mean is not None
    low, high = part.interval or (None, None)
    share = None if total is None else part.mean / total
    return ShapleyValue(factor=factor, difference=part.mean, low=low, high=high, share=share)
