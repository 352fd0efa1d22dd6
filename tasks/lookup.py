"""Look up which trials of a run were finished before."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from ablation.pipeline import RunPlan, find_finished
from ablation.records import TrialOutcome
from ablation.store import StoreLocation, connect


@task(task_run_name="look up finished trials", retries=2, retry_delay_seconds=2, cache_policy=NO_CACHE)
def lookup(plan: RunPlan, store: StoreLocation) -> dict[str, TrialOutcome]:
    """Return finished outcomes by fingerprint, whoever trained them."""
    return find_finished(plan, connect(store))
