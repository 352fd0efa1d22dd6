"""Publish what waits on this machine."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from ablation.pipeline import RunContext
from ablation.pipeline import deliver as deliver_all
from ablation.records import TrialOutcome


# Not retried: it waits for the store itself.
@task(task_run_name="publish what waits", cache_policy=NO_CACHE)
def deliver(outcomes: tuple[TrialOutcome, ...], run: RunContext) -> tuple[TrialOutcome, ...]:
    """Publish the trials whose store was away when they were finished, these and those of earlier runs."""
    return deliver_all(outcomes, run)
