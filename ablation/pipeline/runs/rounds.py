"""The next seeds of a study that adds them as it goes."""

from __future__ import annotations

from ablation.analysis import Comparison, format_number, seeds_wanted
from ablation.pipeline.planning.plans import plan_trials
from ablation.pipeline.records import PlannedTrial, RunPlan
from ablation.pipeline.runs.comparing import compare_trials
from ablation.records import TrialOutcome
from ablation.spec import SequentialSeeds, Study


def next_trials(study: Study, plan: RunPlan, outcomes: tuple[TrialOutcome, ...]) -> tuple[PlannedTrial, ...]:
    """Return the trials to add to a plan whose trials have ended; none when no comparison needs more seeds.

    What they are follows from the outcomes alone, so a run that was interrupted and started again adds the same ones.

    Args:
        study: What runs.
        plan: Its trials so far.
        outcomes: How each of them ended.
    """
    rule = study.spec.seeds
    if not isinstance(rule, SequentialSeeds) or any(outcome.status == "interrupted" for outcome in outcomes):
        return ()
    comparison = compare_trials(study, outcomes)
    wanted = seeds_wanted(comparison, ci_width=rule.until.ci_width, most=rule.max)
    have = {summary.variant: summary.finished + summary.failed for summary in comparison.summaries}
    trials = study.trials_of({variant: range(have[variant], count) for variant, count in wanted.items()})
    return plan_trials(trials, {each.trial.variant: each.dataset for each in plan.trials})


def precision_lines(study: Study, comparison: Comparison) -> tuple[str, ...]:
    """Return which comparisons are wider than the study asked for: they ended at the most seeds, or failed."""
    rule = study.spec.seeds
    if not isinstance(rule, SequentialSeeds):
        return ()
    wide = [
        f"{effect.variant} ({format_number(effect.high - effect.low)})"
        for effect in comparison.effects
        if effect.low is not None and effect.high is not None and effect.high - effect.low > rule.until.ci_width
    ]
    if not wide:
        return ()
    asked = f"wider than {rule.until.ci_width:g} (seeds.until.ci_width) after up to {rule.max} seeds"
    return (f"intervals are {asked}: {', '.join(wide)}",)
