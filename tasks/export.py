"""Export a trained model in the formats that the study publishes."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from ablation.data import PreparedRef
from ablation.pipeline import PlannedTrial, RunContext, export_trial
from ablation.processes import Slots
from ablation.records import TrialOutcome


@task(task_run_name="export {planned.trial.variant} seed {planned.trial.seed}", cache_policy=NO_CACHE)
def export(
    evaluated: tuple[TrialOutcome], planned: PlannedTrial, prepared: PreparedRef, run: RunContext, slots: Slots
) -> TrialOutcome:
    """Write each format in a process of its own, read it again and compare it with the model."""
    (outcome,) = evaluated
    return export_trial(outcome, planned, prepared, run, slots)
