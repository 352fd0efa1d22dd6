"""What each level of a factor does, averaged over the levels of the others."""

from __future__ import annotations

from collections.abc import Mapping

from ablation.analysis.comparing.pairing import ValuesBySeed
from ablation.analysis.comparing.verdicts import verdict_among, verdict_of
from ablation.analysis.effects import Comparison, MainEffect, Verdict
from ablation.analysis.factors.designs import Contrast, Design, mean_contrast
from ablation.analysis.factors.estimates import Estimate, adjusted, adjusted_equivalence, estimate

# A factor and its level.
Key = tuple[str, str]


def main_effects(design: Design, comparison: Comparison, values: Mapping[str, ValuesBySeed]) -> tuple[MainEffect, ...]:
    """Return the effect of every level of every factor beside its level in the baseline.

    It is the mean difference of the pairs of variants that differ in this factor alone and were both finished with some
    seed. A fraction has no such pairs: there it is the difference of the means at both levels.
    """
    wanted = [(factor, level) for factor in design.factors for level in design.others_of(factor)]
    pairs = {key: _complete_pairs(design, key, values) for key in wanted}
    estimates = {key: estimate(_contrast(design, key, pairs[key]), values) for key in wanted}
    different, alike = adjusted(estimates), adjusted_equivalence(estimates, comparison.margin)
    diverged = {summary.variant for summary in comparison.summaries if summary.diverged}
    return tuple(
        _effect(design, key, found).model_copy(
            update={
                "pairs": len(pairs[key]),
                "p_adjusted": different.get(key),
                "verdict": "diverged"
                if _diverges(design, key, diverged)
                else _verdict(comparison, found, different.get(key), alike.get(key)),
            }
        )
        for key, found in estimates.items()
    )


def _complete_pairs(design: Design, key: Key, values: Mapping[str, ValuesBySeed]) -> list[tuple[str, str]]:
    return [(ours, theirs) for ours, theirs in design.pairs(*key) if values.get(ours) and values.get(theirs)]


def _contrast(design: Design, key: Key, complete: list[tuple[str, str]]) -> Contrast:
    if complete:
        return mean_contrast(*zip(*complete, strict=True))
    if design.pairs(*key):
        return {}
    factor, level = key
    return mean_contrast(design.at({factor: level}), design.at({factor: design.reference[factor]}))


def _effect(design: Design, key: Key, found: Estimate) -> MainEffect:
    """Return a main effect by itself, not yet judged among the others."""
    factor, level = key
    low, high = found.interval or (None, None)
    return MainEffect(
        factor=factor,
        level=level,
        difference=found.mean,
        low=low,
        high=high,
        seeds=len(found.values),
        verdict="no data",
        p_t=found.p_value,
        aliases=() if design.pairs(factor, level) else design.aliases((factor,)),
    )


def _verdict(
    comparison: Comparison, found: Estimate, p_difference: float | None, p_equivalence: float | None
) -> Verdict:
    if not found.values:
        return "no data"
    alone = verdict_of(found.interval, direction=comparison.direction, margin=comparison.margin)
    return verdict_among(alone, p_difference=p_difference, p_equivalence=p_equivalence)


def _diverges(design: Design, key: Key, diverged: set[str]) -> bool:
    """Say whether variants diverge with this level whose partners without it do not."""
    factor, level = key
    if pairs := design.pairs(factor, level):
        return any(ours in diverged and theirs not in diverged for ours, theirs in pairs)
    without = diverged & set(design.at({factor: design.reference[factor]}))
    return bool(diverged & set(design.at({factor: level}))) and not without
