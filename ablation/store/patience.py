"""Asking again: a store that is away for a moment costs a run its time, not its work."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_delay,
    stop_any,
    wait_exponential_jitter,
)

from ablation.processes import is_stopping
from ablation.store.errors import StoreAway

# A server that restarts, a link that is down, a quota that is used up for this minute.
PATIENCE_S = 60.0
FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 5.0

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
Method = Callable[Concatenate[Any, Arguments], Result]


def patient(method: Method[Arguments, Result]) -> Method[Arguments, Result]:
    """Let a store's method be tried again for `store.patience_s` seconds while the store is away.

    botocore repeats a request some times within seconds, and does not repeat the reading of a body that broke off. What
    is wrapped must be fit to be done twice.
    """

    @wraps(method)
    def tried(store: Any, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        attempts = Retrying(
            retry=retry_if_exception_type(StoreAway),
            stop=stop_any(stop_after_delay(store.patience_s), _is_ending),
            wait=wait_exponential_jitter(multiplier=FIRST_WAIT_S, max=LONGEST_WAIT_S),
            reraise=True,
        )
        return attempts(method, store, *args, **kwargs)

    return tried


def _is_ending(state: RetryCallState) -> bool:
    return is_stopping()
