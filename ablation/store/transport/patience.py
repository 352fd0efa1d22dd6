"""Asking again: a store that is away for a moment costs a run its time, not its work."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_delay, wait_exponential_jitter
from tenacity.stop import stop_base

from ablation.processes import is_stopping
from ablation.store.errors import StoreAway

# A server that restarts, a link that is down. What is away for longer is outlasted at the end of a run.
PATIENCE_S = 20.0
# An embedded server that ended never comes back; one that is busy does.
EMBEDDED_PATIENCE_S = 5.0
FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 5.0

Method = TypeVar("Method", bound=Callable[..., Any])


def patient(method: Method) -> Method:
    """Let a store's method be tried again for `store.patience_s` seconds while the store is away.

    botocore repeats a request some times within seconds, and does not repeat the reading of a body that broke off. What
    is wrapped must be fit to be done twice.
    """

    @wraps(method)
    def tried(store: Any, *args: Any, **kwargs: Any) -> Any:
        return asked_for(store.patience_s)(method, store, *args, **kwargs)

    return cast(Method, tried)


def asked_for(seconds: float) -> Retrying:
    """Return what calls a function until the store is not away, or was away for so long."""
    return Retrying(
        retry=retry_if_exception_type(StoreAway),
        stop=stop_after_delay(seconds) | _WhenEnding(),
        wait=wait_exponential_jitter(multiplier=FIRST_WAIT_S, max=LONGEST_WAIT_S),
        reraise=True,
    )


class _WhenEnding(stop_base):
    """Nobody waits any more once the program was told to end."""

    def __call__(self, retry_state: RetryCallState) -> bool:
        return is_stopping()
