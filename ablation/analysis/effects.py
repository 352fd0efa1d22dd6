"""What a comparison says: one summary a variant, one paired effect a variant other than the baseline."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from ablation.analysis.metrics import Direction
from ablation.records import Record

# In the order of the answer: what is settled, then what is not.
Verdict = Literal["helps", "hurts", "equivalent", "inconclusive", "no data"]


class VariantSummary(Record):
    """The compared metric of one variant over its seeds; no number stands where no trial finished."""

    variant: str
    finished: int = Field(ge=0, description="Seeds with a finite value of the metric.")
    failed: int = Field(ge=0, description="Seeds that were run but have no finite value, for whatever reason.")
    mean: float | None = None
    sd: float | None = Field(default=None, description="Sample standard deviation; needs two seeds.")
    median: float | None = None
    lowest: float | None = None
    highest: float | None = None


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


class Comparison(Record):
    """A study's answer: every variant against the baseline on one metric."""

    metric: str
    direction: Direction
    baseline: str
    margin: float | None = Field(default=None, description="A difference up to this size does not matter.")
    confidence: float = 0.95
    summaries: tuple[VariantSummary, ...] = Field(description="In the order of the spec.")
    effects: tuple[Effect, ...] = Field(description="In the order of the spec, without the baseline.")

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
