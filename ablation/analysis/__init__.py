"""Statistics over the trials of a study: paired effects, their intervals, and a verdict in words.

Pure: outcomes in, frozen records and sentences out. Nothing here trains, draws or stores.
"""

from ablation.analysis.effects import (
    Comparison,
    Cost,
    Effect,
    FactorAnalysis,
    Interaction,
    MainEffect,
    VariantSummary,
    Verdict,
)
from ablation.analysis.fairness import FairnessWarning
from ablation.analysis.gates import Bounds, GateResult, GateStatus, gate_line, judge
from ablation.analysis.metrics import Direction, metric_direction
from ablation.analysis.numbers import decimals_for, format_number
from ablation.analysis.overfitting import Overfitting
from ablation.analysis.pairing import compare
from ablation.analysis.rate_range import RateRange, judge_rates, range_lines
from ablation.analysis.sentences import (
    answer_lines,
    caveats,
    effect_numbers,
    effect_sentence,
    headline,
    verdict_lines,
)
from ablation.analysis.stability import EffectHistory, RunPoint, effect_histories, move_sentence, stability_sentence

__all__ = [
    "Bounds",
    "Comparison",
    "Cost",
    "Direction",
    "Effect",
    "EffectHistory",
    "FactorAnalysis",
    "FairnessWarning",
    "GateResult",
    "GateStatus",
    "Interaction",
    "MainEffect",
    "Overfitting",
    "RateRange",
    "RunPoint",
    "VariantSummary",
    "Verdict",
    "answer_lines",
    "caveats",
    "compare",
    "decimals_for",
    "effect_histories",
    "effect_numbers",
    "effect_sentence",
    "format_number",
    "gate_line",
    "headline",
    "judge",
    "judge_rates",
    "metric_direction",
    "move_sentence",
    "range_lines",
    "stability_sentence",
    "verdict_lines",
]
