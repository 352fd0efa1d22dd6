"""Run a flow in this process, on the configured server or a temporary one."""

from __future__ import annotations

import gc
import pkgutil
from pathlib import Path
from typing import Any

from ablation.pipeline import Leftover, RunResult
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
    result = _run(cache_dir, "flows.ablation:ablation", parameters)
    assert isinstance(result, RunResult)
    return result


def run_housekeeping(cache_dir: Path, **parameters: Any) -> tuple[Leftover, ...]:
    """Run `flows.housekeeping.housekeeping` and return what it found.

    Args:
        cache_dir: Where the temporary server's log goes.
        parameters: Of the flow.

    Raises:
        EngineUnreachable: No Prefect server answers.
        StoreError: As the flow raised it.
    """
    found = _run(cache_dir, "flows.housekeeping:housekeeping", parameters)
    assert isinstance(found, tuple)
    return found


def _run(cache_dir: Path, name: str, parameters: dict[str, Any]) -> Any:
    api_url = ensure_server(cache_dir)
    from prefect.settings import PREFECT_API_URL, temporary_settings

    flow = pkgutil.resolve_name(name)
    # What is imported lives as long as the program: half a million objects that are never garbage.
    gc.collect()
    gc.freeze()
    with temporary_settings({PREFECT_API_URL: api_url}):
        result = flow(**parameters, return_state=True).result(raise_on_failure=False)
    if isinstance(result, BaseException):
        raise result
    return result
