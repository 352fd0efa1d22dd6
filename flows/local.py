"""Run the study flow in this process, on the configured server or a temporary one."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

from ablation.pipeline import RunResult
from flows.server import ensure_server


def run_study(cache_dir: Path, **parameters: Any) -> RunResult:
    """Run `flows.ablation.ablation` and return its result, whether or not every trial has one.

    Args:
        cache_dir: Where the temporary server's log goes.
        parameters: Of the flow.

    Raises:
        EngineUnreachable: No Prefect server answers.
        SpecError, DataError, StoreError: As the flow raised them.
    """
    api_url = ensure_server(cache_dir)
    from prefect.settings import PREFECT_API_URL, temporary_settings

    from flows.ablation import ablation

    # What is imported lives as long as the program: half a million objects that are never garbage.
    gc.collect()
    gc.freeze()
    with temporary_settings({PREFECT_API_URL: api_url}):
        state = ablation(**parameters, return_state=True)
        result = state.result(raise_on_failure=False)
    if isinstance(result, BaseException):
        raise result
    assert isinstance(result, RunResult)
    return result
