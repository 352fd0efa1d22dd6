"""Statistics over the trials of a study: paired effects, their intervals, and a verdict in words.

Pure: outcomes in, frozen records and sentences out. Nothing here trains, draws or stores.
"""

from ablation.analysis.comparing.comparisons import compare
from ablation.analysis.comparing.sequential import seeds_wanted
from ablation.analysis.effects import (
    Comparison,
    Cost,
    Effect,
    FactorAnalysis,
    Interaction,
    MainEffect,
    ShapleyValue,
    TotalEffect,
    VariantSummary,
    Verdict,
)
from ablation.analysis.factors.analysis import analyze_factors
from ablation.analysis.fairness import FairnessWarning, Treatment, Unfairness, audit
from ablation.analysis.gates import Bounds, GateResult, GateStatus, gate_line, judge
from ablation.analysis.metrics import Direction, metric_direction
from ablation.analysis.numbers import decimals_for, format_number
from ablation.analysis.overfitting.gaps import (
    Overfitting,
    OverfittingSummary,
    measure_overfitting,
    summarize_overfitting,
)
from ablation.analysis.overfitting.lines import overfitting_line, overfitting_sentences
from ablation.analysis.rate_range import RateRange, judge_rates, range_lines
from ablation.analysis.stability import EffectHistory, RunPoint, effect_histories, move_sentence, stability_sentence
from ablation.analysis.words.answer import answer_lines, headline
from ablation.analysis.words.caveats import caveats
from ablation.analysis.words.factors import SWITCHED_ON, factor_lines, factor_sentence
from ablation.analysis.words.phrases import number_texts
from ablation.analysis.words.sentences import cost_words, effect_numbers, effect_sentence, verdict_lines

__all__ = [
    "SWITCHED_ON",
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
    "OverfittingSummary",
    "RateRange",
    "RunPoint",
    "ShapleyValue",
    "TotalEffect",
    "Treatment",
    "Unfairness",
    "VariantSummary",
    "Verdict",
    "analyze_factors",
    "answer_lines",
    "audit",
    "caveats",
    "compare",
    "cost_words",
    "decimals_for",
    "effect_histories",
    "effect_numbers",
    "effect_sentence",
    "factor_lines",
    "factor_sentence",
    "format_number",
    "gate_line",
    "headline",
    "judge",
    "judge_rates",
    "measure_overfitting",
    "metric_direction",
    "move_sentence",
    "number_texts",
    "overfitting_line",
    "overfitting_sentences",
    "range_lines",
    "seeds_wanted",
    "stability_sentence",
    "summarize_overfitting",
    "verdict_lines",
]
