"""Fetch a dataset: the one step that waits for somebody else's server."""

from __future__ import annotations

from typing import Any

from prefect import Task, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import exponential_backoff

from ablation.catalogue import Dataset
from ablation.data import DataError, Milestones, Transfer
from ablation.pipeline import RunContext, Workspace, fetch_dataset
from ablation.settings import Settings
from ablation.store import connect

MIB = 2**20


def _is_temporary(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    error = state.result(raise_on_failure=False)
    return isinstance(error, DataError) and error.is_temporary


@task(
    task_run_name="fetch {dataset.name}",
    retries=2,  # a busy server is asked again by the download itself; this is for one that is away for a while
    retry_delay_seconds=exponential_backoff(backoff_factor=2),
    retry_jitter_factor=0.5,
    retry_condition_fn=_is_temporary,
    cache_policy=NO_CACHE,
)
def fetch(dataset: Dataset, run: RunContext) -> None:
    """Bring a dataset to this machine, verified and decoded."""
    settings, logger = Settings(), get_run_logger()
    workspace = Workspace(settings, run.run_id)
    log = Milestones(lambda transfer: logger.info("%s", transfer), steps=4, step_bytes=64 * MIB)
    show = Milestones(lambda transfer: workspace.write_transfer(dataset.identity, transfer), steps=100, step_bytes=MIB)

    def watch(transfer: Transfer) -> None:
        log(transfer)
        show(transfer)

    fetch_dataset(dataset, connect(run.store), settings, watch)
