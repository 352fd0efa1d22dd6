"""Publish one trial to the store."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from ablation.pipeline import (
    PlannedTrial,
    RunContext,
    give_back,
    publish_added_exports,
    publish_exports,
    publish_outcome,
)
from ablation.records import TrialOutcome


@task(
    task_run_name="publish {planned.trial.variant} seed {planned.trial.seed}",
    retries=2,
    retry_delay_seconds=2,
    cache_policy=NO_CACHE,
)
def publish(evaluated: tuple[TrialOutcome], planned: PlannedTrial, run: RunContext) -> TrialOutcome:
    """Upload curves and metrics, then the trial's manifest; from then on nobody trains it again."""
    (outcome,) = evaluated
    if outcome.status == "cached":  # another run has published it
        publish_added_exports(outcome, run)
        return outcome
    published = publish_outcome(outcome, run)
    give_back(planned.fingerprint, run)
    return published


@task(
    task_run_name="publish exports of {planned.trial.variant} seed {planned.trial.seed}",
    retries=2,
    retry_delay_seconds=2,
    cache_policy=NO_CACHE,
)
def publish_again(
    exported: tuple[TrialOutcome], planned: PlannedTrial, found: TrialOutcome, run: RunContext
) -> TrialOutcome:
    """Commit a trial that was finished before once more, with the formats that it lacked."""
    (outcome,) = exported
    return publish_exports(outcome, found, run)
