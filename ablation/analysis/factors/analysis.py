"""The analysis of a study of factors, from its comparison and its trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ablation.analysis.comparing.pairing import finite_values, trials_by_variant
from ablation.analysis.effects import Comparison, FactorAnalysis, TotalEffect
from ablation.analysis.factors.designs import Design, Levels
from ablation.analysis.factors.interactions import interactions
from ablation.analysis.factors.main_effects import main_effects
from ablation.analysis.factors.shapley import total_effect
from ablation.records import TrialOutcome


def analyze_factors(
    comparison: Comparison, outcomes: Sequence[TrialOutcome], levels: Mapping[str, Levels]
) -> Comparison:
    """Return a comparison with what the factors of its study do.

    Args:
        comparison: The variants compared.
        outcomes: Every trial of the run.
        levels: The level of each factor, by variant; of a study without factors every variant has none.
    """
    reference = levels.get(comparison.baseline)
    if not reference:
        return comparison
    design = Design(levels, comparison.baseline)
    trials = trials_by_variant(outcomes)
    values = {name: finite_values(trials.get(name, []), name, comparison.metric) for name in levels}
    total = total_effect(design, values)
    found = FactorAnalysis(
        main=main_effects(design, comparison, values),
        interactions=interactions(design, values),
        shares=_shares(total),
        total=total,
    )
    return comparison.model_copy(update={"factors": found})


def _shares(total: TotalEffect | None) -> dict[str, float] | None:
    values = () if total is None else total.values
    return {value.factor: value.share for value in values if value.share is not None} or None
