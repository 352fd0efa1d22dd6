"""From outcomes to a comparison: an effect a variant, judged among all of them."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from ablation.analysis.comparing.costs import cost_of
from ablation.analysis.comparing.pairing import ValuesBySeed, finite_values, paired_differences, trials_by_variant
from ablation.analysis.comparing.summaries import summarize
from ablation.analysis.comparing.verdicts import FAMILY_LEVEL, verdict_among, verdict_of
from ablation.analysis.effects import Comparison, Effect
from ablation.analysis.inference.intervals import CONFIDENCE, bootstrap_interval, has_no_spread, paired_interval
from ablation.analysis.inference.power import MOST_SEEDS, detectable_difference, pairs_to_settle
from ablation.analysis.inference.significance import equivalence_test, holm, sign_flip_test, t_test
from ablation.analysis.metrics import Direction
from ablation.records import TrialOutcome


def compare(
    outcomes: Sequence[TrialOutcome],
    *,
    metric: str,
    direction: Direction,
    baseline: str,
    margin: float | None = None,
    variants: Sequence[str],
) -> Comparison:
    """Compare every variant with the baseline, paired by seed.

    A trial that failed, or that finished without a finite value of the metric, is counted as failed and never
    silently dropped. A baseline that is not among the variants gives the verdict "no data", not an error: a run of one
    variant only is still a run.

    Args:
        outcomes: Every trial of the run, in any order.
        metric: The compared metric.
        direction: Whether smaller or larger is better.
        baseline: The variant that the others are compared with.
        margin: A difference up to this size does not matter; None: every difference does.
        variants: Names in the order of the spec.

    Raises:
        ValueError: An outcome of an unknown variant, two outcomes of one trial, or a margin that is not a size.
    """
    _require_sound(outcomes, variants, margin)
    trials = {name: list[TrialOutcome]() for name in (baseline, *variants)} | trials_by_variant(outcomes)
    frame = Comparison(
        metric=metric,
        direction=direction,
        baseline=baseline,
        margin=margin,
        confidence=CONFIDENCE,
        summaries=tuple(summarize(trials[name], name, metric) for name in variants),
        effects=(),
    )
    base = finite_values(trials[baseline], baseline, metric)
    effects = [
        _effect(frame, name, paired_differences(finite_values(trials[name], name, metric), base))
        for name in variants
        if name != baseline
    ]
    judged = _judge(frame, _adjust(effects))
    costs = {name: cost_of([*trials[baseline], *trials[name]], name, baseline) for name in variants}
    priced = tuple(effect.model_copy(update={"cost": costs[effect.variant]}) for effect in judged)
    return frame.model_copy(update={"effects": priced})


def _require_sound(outcomes: Sequence[TrialOutcome], variants: Sequence[str], margin: float | None) -> None:
    if margin is not None and not (math.isfinite(margin) and margin >= 0):
        raise ValueError(f"margin: must be a size, 0 or more\n  got {margin}.")
    unknown = sorted({outcome.variant for outcome in outcomes} - set(variants))
    if unknown:
        raise ValueError(f"outcomes: must belong to the variants {list(variants)}\n  got {unknown} as well.")
    repeated = [trial for trial, times in Counter((o.variant, o.seed) for o in outcomes).items() if times > 1]
    if repeated:
        raise ValueError(f"outcomes: must be one for each variant and seed\n  got several for {sorted(repeated)}.")


def _effect(frame: Comparison, variant: str, differences: ValuesBySeed) -> Effect:
    """Return an effect by itself, not yet judged among the others."""
    numbers = list(differences.values())
    low, high = paired_interval(numbers, frame.confidence) or (None, None)
    bootstrap_low, bootstrap_high = bootstrap_interval(numbers, frame.confidence) or (None, None)
    return Effect(
        variant=variant,
        baseline=frame.baseline,
        metric=frame.metric,
        difference=statistics.fmean(numbers) if numbers else None,
        low=low,
        high=high,
        pairs=len(numbers),
        differences=differences,
        verdict="no data",
        bootstrap_low=bootstrap_low,
        bootstrap_high=bootstrap_high,
        p_value=sign_flip_test(numbers),
        p_t=t_test(numbers),
        p_equivalence=equivalence_test(numbers, frame.margin),
    )


def _adjust(effects: Sequence[Effect]) -> list[Effect]:
    different = holm({effect.variant: effect.p_t for effect in effects if effect.p_t is not None})
    alike = holm({effect.variant: effect.p_equivalence for effect in effects if effect.p_equivalence is not None})
    return [
        effect.model_copy(
            update={
                "p_adjusted": different.get(effect.variant),
                "p_equivalence_adjusted": alike.get(effect.variant),
            }
        )
        for effect in effects
    ]


def _judge(frame: Comparison, effects: Sequence[Effect]) -> list[Effect]:
    """Give each effect its verdict, then say what its seeds could find and how many more would settle it."""
    diverged = {summary.variant for summary in frame.summaries if summary.diverged}
    judged = [
        effect.model_copy(update={"verdict": _verdict(frame, effect, is_diverged=effect.variant in diverged)})
        for effect in effects
    ]
    different = FAMILY_LEVEL / _unsettled(effect.p_adjusted for effect in judged)
    alike = FAMILY_LEVEL / _unsettled(effect.p_equivalence_adjusted for effect in judged)
    return [effect.model_copy(update=_outlook(frame, effect, different, alike)) for effect in judged]


def _verdict(frame: Comparison, effect: Effect, *, is_diverged: bool) -> str:
    if is_diverged:
        return "diverged"
    if effect.difference is None:
        return "no data"
    interval = None if effect.low is None or effect.high is None else (effect.low, effect.high)
    alone = verdict_of(interval, direction=frame.direction, margin=frame.margin)
    return verdict_among(alone, p_difference=effect.p_adjusted, p_equivalence=effect.p_equivalence_adjusted)


def _unsettled(adjusted: Iterable[float | None]) -> int:
    """Return by how much Holm would divide the level next: the comparisons it has not passed yet, one at least."""
    return max(1, sum(p_value is not None and p_value > FAMILY_LEVEL for p_value in adjusted))


def _outlook(frame: Comparison, effect: Effect, different: float, alike: float) -> dict[str, Any]:
    numbers = list(effect.differences.values())
    if len(numbers) < 2 or has_no_spread(numbers):
        return {}
    sd = statistics.stdev(numbers)
    outlook: dict[str, Any] = {"detectable": detectable_difference(sd, len(numbers), different)}
    if effect.verdict == "inconclusive":
        needed = pairs_to_settle(
            statistics.fmean(numbers),
            sd,
            margin=frame.margin or 0.0,
            level=1 - frame.confidence,
            family_levels=(different, alike),
        )
        # That so many were not enough does not make it none: this study was one of those that had bad luck.
        outlook["more_seeds"] = MOST_SEEDS if needed is None else max(1, needed - len(numbers))
    return outlook
