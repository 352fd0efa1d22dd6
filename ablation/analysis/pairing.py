"""From outcomes to a comparison: which trials count, which seeds pair up, and the interval of their differences."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Sequence

from ablation.analysis.effects import Comparison, Effect, VariantSummary
from ablation.analysis.metrics import Direction
from ablation.analysis.verdicts import verdict_of
from ablation.records import TrialOutcome

CONFIDENCE = 0.95
# A metric of this size is a diverged one, and its square would overflow.
LARGEST = 1e100

ValuesBySeed = dict[int, float]


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
    values = {variant: finite_values(outcomes, variant, metric) for variant in variants}
    runs = Counter(outcome.variant for outcome in outcomes)
    frame = Comparison(
        metric=metric,
        direction=direction,
        baseline=baseline,
        margin=margin,
        confidence=CONFIDENCE,
        summaries=tuple(_summarize(variant, values[variant], runs[variant]) for variant in variants),
        effects=(),
    )
    differences = {name: paired_differences(values[name], values.get(baseline, {})) for name in variants}
    effects = tuple(_effect(frame, name, differences[name]) for name in variants if name != baseline)
    return frame.model_copy(update={"effects": effects})


def finite_values(outcomes: Sequence[TrialOutcome], variant: str, metric: str) -> ValuesBySeed:
    """Return a variant's value of the metric by seed, for the trials that have a finite one."""
    return {
        outcome.seed: outcome.metrics[metric]
        for outcome in sorted(outcomes, key=lambda outcome: outcome.seed)
        if outcome.variant == variant and has_value(outcome, metric)
    }


def has_value(outcome: TrialOutcome, metric: str) -> bool:
    """Say whether a trial can take part in a comparison on this metric."""
    return outcome.is_finished and abs(outcome.metrics.get(metric, math.nan)) < LARGEST


def paired_differences(variant: ValuesBySeed, baseline: ValuesBySeed) -> ValuesBySeed:
    """Return variant - baseline for every seed that both have."""
    return {seed: value - baseline[seed] for seed, value in variant.items() if seed in baseline}


def paired_interval(differences: Sequence[float], confidence: float = CONFIDENCE) -> tuple[float, float] | None:
    """Return the Student t interval of the mean of paired differences; None with fewer than two pairs.

    mean +- t(confidence, n - 1) * sd / sqrt(n). Equal differences give an interval of no width.
    """
    if len(differences) < 2:
        return None
    # Imported here: it takes half a second, and validating a spec needs only this room's metric_direction.
    from scipy.special import stdtrit

    pairs = len(differences)
    t_value = float(stdtrit(pairs - 1, (1 + confidence) / 2))
    mean, half_width = statistics.fmean(differences), t_value * statistics.stdev(differences) / math.sqrt(pairs)
    return mean - half_width, mean + half_width


def _require_sound(outcomes: Sequence[TrialOutcome], variants: Sequence[str], margin: float | None) -> None:
    if margin is not None and not (math.isfinite(margin) and margin >= 0):
        raise ValueError(f"margin: must be a size, 0 or more\n  got {margin}.")
    unknown = sorted({outcome.variant for outcome in outcomes} - set(variants))
    if unknown:
        raise ValueError(f"outcomes: must belong to the variants {list(variants)}\n  got {unknown} as well.")
    repeated = [trial for trial, times in Counter((o.variant, o.seed) for o in outcomes).items() if times > 1]
    if repeated:
        raise ValueError(f"outcomes: must be one for each variant and seed\n  got several for {sorted(repeated)}.")


def _summarize(variant: str, values: ValuesBySeed, runs: int) -> VariantSummary:
    numbers = list(values.values())
    if not numbers:
        return VariantSummary(variant=variant, finished=0, failed=runs)
    return VariantSummary(
        variant=variant,
        finished=len(numbers),
        failed=runs - len(numbers),
        mean=statistics.fmean(numbers),
        sd=statistics.stdev(numbers) if len(numbers) > 1 else None,
        median=statistics.median(numbers),
        lowest=min(numbers),
        highest=max(numbers),
    )


def _effect(frame: Comparison, variant: str, differences: ValuesBySeed) -> Effect:
    interval = paired_interval(list(differences.values()), frame.confidence)
    low, high = interval or (None, None)
    verdict = verdict_of(interval, direction=frame.direction, margin=frame.margin)
    return Effect(
        variant=variant,
        baseline=frame.baseline,
        metric=frame.metric,
        difference=statistics.fmean(differences.values()) if differences else None,
        low=low,
        high=high,
        pairs=len(differences),
        differences=differences,
        verdict=verdict if differences else "no data",
    )
