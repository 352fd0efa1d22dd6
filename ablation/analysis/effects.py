"""What a comparison says: one summary a variant, one paired effect a variant other than the baseline."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from ablation.analysis.metrics import Direction
from ablation.records import Record

# In the order of the answer: what is settled, then what is not.
Verdict = Literal["helps", "hurts", "equivalent", "diverged", "inconclusive", "no data"]


class VariantSummary(Record):
    """The compared metric of one variant over its seeds; no number stands where no trial finished."""

    variant: str
    finished: int = Field(ge=0, description="Seeds with a finite value of the metric.")
    failed: int = Field(ge=0, description="Seeds that were run but have no finite value, for whatever reason.")
    diverged: int = Field(default=0, ge=0, description="Of the failed seeds, those that diverged.")
    mean: float | None = None
    sd: float | None = Field(default=None, description="Sample standard deviation; needs two seeds.")
    median: float | None = None
    iqm: float | None = Field(default=None, description="Interquartile mean: of the middle half of the values.")
    lowest: float | None = None
    highest: float | None = None
    parameters: int | None = Field(default=None, description="Weights of the model.")
    train_s: float | None = Field(default=None, description="Mean seconds in a finished trial's process.")


class Cost(Record):
    """What a variant costs beside the baseline."""

    time_ratio: float | None = Field(
        description="Time of a trial over the baseline's, on processors that of the CPU: geometric mean over the seeds "
        "that both were trained with on equal machines; None without any."
    )
    seconds: float | None = Field(default=None, description="Mean seconds of a trial more than the baseline's.")
    parameters: int | None = Field(description="Weights more than the baseline has; negative: fewer.")
    parameters_ratio: float | None = Field(default=None, description="Weights over the baseline's.")
    time_low: float | None = Field(default=None, description="Lower end of the 95 % interval of the ratio.")
    time_high: float | None = Field(default=None, description="Upper end.")


class Effect(Record):
    """How one variant differs from the baseline, seed by seed."""

    variant: str
    baseline: str
    metric: str
    difference: float | None = Field(description="Mean of variant - baseline over the paired seeds.")
    low: float | None = Field(description="Lower end of the interval; needs two pairs.")
    high: float | None = Field(description="Upper end of the interval; needs two pairs.")
    pairs: int = Field(ge=0, description="Seeds that both variant and baseline finished.")
    differences: dict[int, float] = Field(description="variant - baseline, by seed.")
    verdict: Verdict
    interval_kind: Literal["paired t"] = Field(default="paired t", description="What low and high are the ends of.")
    bootstrap_low: float | None = Field(default=None, description="Of the BCa interval beside it; from 25 pairs on.")
    bootstrap_high: float | None = Field(default=None, description="Upper end.")
    p_value: float | None = Field(default=None, ge=0, le=1, description="Exact two-sided sign-flip test of no effect.")
    p_t: float | None = Field(default=None, ge=0, le=1, description="Two-sided paired t test of no effect.")
    p_adjusted: float | None = Field(
        default=None, ge=0, le=1, description="p_t by Holm, over all variants of the study."
    )
    p_equivalence: float | None = Field(default=None, ge=0, le=1, description="TOST against the margin.")
    p_equivalence_adjusted: float | None = Field(default=None, ge=0, le=1, description="That by Holm, likewise.")
    detectable: float | None = Field(
        default=None, ge=0, description="Least true difference that this test and Holm find with a power of 80 %."
    )
    more_seeds: int | None = Field(
        default=None, ge=0, description="About how many more seeds would settle what is inconclusive; 100: or more."
    )
    cost: Cost | None = None


class MainEffect(Record):
    """What one level of a factor does, averaged over the levels of the other factors."""

    factor: str
    level: str = Field(description="Beside the factor's level in the baseline.")
    difference: float | None
    low: float | None = None
    high: float | None = None
    seeds: int = Field(ge=0, description="That have every variant that the average is of.")
    verdict: Verdict
    p_t: float | None = Field(default=None, ge=0, le=1, description="Two-sided paired t test of no effect.")
    p_adjusted: float | None = Field(default=None, ge=0, le=1, description="That by Holm, over all main effects.")
    pairs: int = Field(
        default=0,
        ge=0,
        description="Of variants alike but for this factor, that it is averaged over; 0: means of a fraction.",
    )
    aliases: tuple[str, ...] = Field(default=(), description="What a fraction cannot tell it apart from, e.g. a x b.")


class Interaction(Record):
    """How much two factors together do beyond the sum of what each does alone."""

    factors: tuple[str, str]
    levels: tuple[str, str] = Field(description="Beside the factors' levels in the baseline.")
    difference: float | None
    low: float | None = None
    high: float | None = None
    seeds: int = Field(ge=0)
    cells: tuple[tuple[float | None, ...], ...] = Field(
        description="Mean of the metric; a row off and on of the first factor, a column of the second."
    )
    p_t: float | None = Field(default=None, ge=0, le=1, description="Two-sided paired t test of no interaction.")
    p_adjusted: float | None = Field(default=None, ge=0, le=1, description="That by Holm, over all interactions.")


class ShapleyValue(Record):
    """A factor's part of the total effect: what it adds, averaged over all orders of switching the factors on."""

    factor: str
    difference: float
    low: float | None = Field(default=None, description="Lower end of the interval; needs two seeds.")
    high: float | None = None
    share: float | None = Field(default=None, description="Of the total; None where the total may as well be 0.")


class TotalEffect(Record):
    """All factors on beside the baseline, and what each of them contributes to it."""

    variant: str = Field(description="With every factor on.")
    difference: float
    low: float | None = None
    high: float | None = None
    seeds: int = Field(ge=1, description="That have every variant.")
    values: tuple[ShapleyValue, ...] = Field(description="By factor; they add up to the difference.")


class FactorAnalysis(Record):
    """What the factors of a study do, each and in pairs."""

    main: tuple[MainEffect, ...]
    interactions: tuple[Interaction, ...] = ()
    shares: dict[str, float] | None = Field(
        default=None,
        description="Shapley share of the total effect by factor; of full factorials whose total is not perhaps 0.",
    )
    total: TotalEffect | None = Field(default=None, description="Only of full factorials.")


class Comparison(Record):
    """A study's answer: every variant against the baseline on one metric."""

    metric: str
    direction: Direction
    baseline: str
    margin: float | None = Field(default=None, description="A difference up to this size does not matter.")
    confidence: float = 0.95
    summaries: tuple[VariantSummary, ...] = Field(description="In the order of the spec.")
    effects: tuple[Effect, ...] = Field(description="In the order of the spec, without the baseline.")
    factors: FactorAnalysis | None = Field(default=None, description="Of a study of factors.")

    def summary(self, variant: str) -> VariantSummary | None:
        """Return the summary of a variant, if the run has it."""
        return next((summary for summary in self.summaries if summary.variant == variant), None)

    @property
    def seeds(self) -> int:
        """How many seeds the study ran, failed ones included."""
        return max((summary.finished + summary.failed for summary in self.summaries), default=0)

    def improvement(self, effect: Effect) -> float | None:
        """Return the size of an effect, positive when the variant is better than the baseline."""
        if effect.difference is None:
            return None
        return -effect.difference if self.direction == "min" else effect.difference

    def ranked_effects(self) -> tuple[Effect, ...]:
        """Return the effects from the best to the worst, those without data last."""

        def key(effect: Effect) -> tuple[bool, float]:
            improvement = self.improvement(effect)
            return improvement is None, -(improvement or 0.0)

        return tuple(sorted(self.effects, key=key))

    def answered_effects(self) -> tuple[Effect, ...]:
        """Return the effects with the settled verdicts first, each kind from the best to the worst."""
        order = get_args(Verdict)
        return tuple(sorted(self.ranked_effects(), key=lambda effect: order.index(effect.verdict)))
