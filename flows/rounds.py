"""The rounds of a study: its first seeds, and those that are added while a comparison needs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from prefect import get_run_logger

from ablation.pipeline import Attendance, PlannedTrial, RunContext, RunPlan, Workspace, next_trials
from ablation.processes import Slots
from ablation.records import TrialOutcome
from ablation.spec import Study
from flows.trials import settle_trials


@dataclass(frozen=True)
class Onlookers:
    """Who is told what a run is doing: those who watch it on this machine, and all who use its store."""

    workspace: Workspace
    attendance: Attendance

    def added(self, plan: RunPlan, trials: tuple[PlannedTrial, ...]) -> None:
        """Tell of trials that a plan has now; the store keeps what they need before it is looked for."""
        self.attendance.name_trials(each.fingerprint for each in trials)
        self.workspace.write_plan(plan)


def settle_rounds(
    study: Study, plan: RunPlan, run: RunContext, open_places: Callable[[], Slots], onlookers: Onlookers
) -> tuple[RunPlan, tuple[TrialOutcome, ...]]:
    """Settle the trials of a plan, and those of the seeds that comparisons need after them, round by round.

    Args:
        study: What runs.
        plan: Its first trials.
        run: What every step must know.
        open_places: Gives the places that trials train in; asked once, and only if something is left to train.
        onlookers: Are told how each trial ended, and of trials that are added.

    Returns:
        The plan with every trial and with what the pre-flight found, and how each trial ended, in the plan's order.

    Raises:
        DataError: A dataset cannot be had, or does not fit.
        PreflightFailed: The baseline cannot be built or cannot learn.
        ResourcesMissing: This machine has not what a trial needs.
    """
    places = cache(open_places)
    outcomes, findings = settle_trials(plan, run, places, onlookers.workspace)
    looked_at = run.model_copy(update={"has_preflight": False})
    while added := _next_trials(study, plan, outcomes, run):
        get_run_logger().info(_said(added))
        more, plan = plan.of(added), plan.of((*plan.trials, *added))
        onlookers.added(plan, added)
        settled, _ = settle_trials(more, looked_at, places, onlookers.workspace)
        outcomes = _in_order(plan, (*outcomes, *settled))
    return plan.model_copy(update={"findings": findings}), outcomes


def _next_trials(
    study: Study, plan: RunPlan, outcomes: tuple[TrialOutcome, ...], run: RunContext
) -> tuple[PlannedTrial, ...]:
    """Return the trials to add; none where a failed one ends the others."""
    if run.is_fail_fast and not all(outcome.is_finished for outcome in outcomes):
        return ()
    return next_trials(study, plan, outcomes)


def _said(added: tuple[PlannedTrial, ...]) -> str:
    last = {each.trial.variant: each.trial.seed + 1 for each in added}
    return "more seeds: " + ", ".join(f"{variant} has {count}" for variant, count in last.items())


def _in_order(plan: RunPlan, outcomes: tuple[TrialOutcome, ...]) -> tuple[TrialOutcome, ...]:
    by_trial = {(outcome.variant, outcome.seed): outcome for outcome in outcomes}
    return tuple(by_trial[each.trial.variant, each.trial.seed] for each in plan.trials)
