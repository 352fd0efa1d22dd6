"""Fetch a dataset: the one step that waits for somebody else's server."""

from __future__ import annotations

from typing import Any

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import exponential_backoff

from ablation.data import DataError, materialize
from ablation.pipeline import find_dataset
from ablation.settings import Settings


def _is_temporary(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    error = state.result(raise_on_failure=False)
    return isinstance(error, DataError) and error.is_temporary


@task(
    task_run_name="fetch {dataset}",
    retries=3,
    retry_delay_seconds=exponential_backoff(backoff_factor=2),
    retry_jitter_factor=0.5,
    retry_condition_fn=_is_temporary,
    cache_policy=NO_CACHE,
)
def fetch(dataset: str) -> str:
    """Bring a dataset to this machine, verified and decoded; return the digest of its content."""
    found = find_dataset(dataset)
    materialize(found, Settings())
    return found.identity
