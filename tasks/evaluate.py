"""Evaluate one trained model."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from ablation.data import PreparedRef
from ablation.pipeline import PlannedTrial, RunContext, evaluate_trial, given_back_on_failure
from ablation.records import TrialOutcome


@task(task_run_name="evaluate {planned.trial.variant} seed {planned.trial.seed}", cache_policy=NO_CACHE)
def evaluate(
    trained: tuple[TrialOutcome], planned: PlannedTrial, prepared: PreparedRef, run: RunContext
) -> TrialOutcome:
    """Add metrics on the train, validation and test splits."""
    (outcome,) = trained
    if outcome.status == "cached":  # another run has trained, evaluated and published it
        return outcome
    with given_back_on_failure(planned.fingerprint, run):
        return evaluate_trial(outcome, planned, prepared, run)
