"""Fetch a dataset: the one step that waits for somebody else's server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prefect import Task, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import exponential_backoff

from ablation.catalogue import Dataset
from ablation.data import DataError, Transfer
from ablation.pipeline import fetch_dataset
from ablation.settings import Settings
from ablation.store import StoreLocation, connect

LOGGED_STEPS = 4
LOGGED_BYTES = 64 * 2**20


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
def fetch(dataset: Dataset, store: StoreLocation) -> None:
    """Bring a dataset to this machine, verified and decoded."""
    fetch_dataset(dataset, connect(store), Settings(), SparseLog(get_run_logger().info).write)


class SparseLog:
    """Says a few times how far a file is: at each quarter, or every 64 MiB where nobody knows how much there is."""

    def __init__(self, log: Callable[[str], None]) -> None:
        self._log = log
        self._steps: dict[str, int] = {}

    def write(self, transfer: Transfer) -> None:
        """Log a transfer that has come to another step."""
        total = transfer.total_bytes
        step = transfer.done_bytes * LOGGED_STEPS // total if total else transfer.done_bytes // LOGGED_BYTES
        if step > self._steps.get(transfer.name, 0):
            self._steps[transfer.name] = step
            of_all = f" of {total / 1e6:.1f}" if total else ""
            self._log(f"{transfer.name}: {transfer.done_bytes / 1e6:.1f}{of_all} MB")
