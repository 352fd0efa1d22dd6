"""Build a variant's model once, before its trials start."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from ablation.data import PreparedRef
from ablation.pipeline import BuiltModel, PlannedTrial, RunContext, build_variant
from ablation.processes import Slots


@task(task_run_name="build {planned.trial.variant}", cache_policy=NO_CACHE)
def build(planned: PlannedTrial, prepared: PreparedRef, run: RunContext, slots: Slots) -> BuiltModel:
    """See that the layers fit the data, and count the weights."""
    return build_variant(planned, prepared, run, slots)
