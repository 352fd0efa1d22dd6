"""Runs that were killed, as Prefect shows them."""

from __future__ import annotations

import logging

import httpx
from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from prefect.states import Crashed

from ablation.store import CrashedRun

_log = logging.getLogger(__name__)


def mark_crashed(run: CrashedRun) -> None:
    """Let a killed run's flow run end as crashed, where Prefect knows it and believes that it is still running."""
    if run.flow_run_id is None:
        return
    try:
        with get_client(sync_client=True) as client:
            found = client.read_flow_run(run.flow_run_id)
            if found.state is not None and not found.state.is_final():
                client.set_flow_run_state(run.flow_run_id, Crashed(message="Its process was killed."), force=True)
    except ObjectNotFound:  # it ran with another server
        return
    except httpx.HTTPError as error:
        _log.warning("Prefect was not told that run %s has crashed: %s", run.run_id, error)
