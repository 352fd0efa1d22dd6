"""Writes that must not overwrite what others wrote, on endpoints that honour conditions and on those that do not."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from typing import Literal

from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random

from ablation.store import layout
from ablation.store.conditions.exclusion import alone
from ablation.store.errors import ConditionUnsupported, KeyMissing, KeyTaken, StoreError
from ablation.store.objects.store import Store
from ablation.store.transport.patience import patient

ConditionalWrites = Literal["enforced", "ignored", "refused"]

# By endpoint and bucket: what a server does with conditions does not change while a process runs.
_known: dict[tuple[str, str], ConditionalWrites] = {}
_asking = Lock()


def conditional_writes(store: Store) -> ConditionalWrites:
    """Return what the endpoint does with a condition that is not met. Asked once per endpoint and process.

    Enforced does not say that two writers at the same moment exclude each other; `alone` sees to that.
    """
    endpoint = (store.client.meta.endpoint_url, store.bucket)
    with _asking:
        if endpoint not in _known:
            _known[endpoint] = _ask(store)
        return _known[endpoint]


def honours_conditions(store: Store) -> bool:
    """Return whether the endpoint refuses a conditional write whose condition is not met."""
    return conditional_writes(store) == "enforced"


@patient
def create(store: Store, key: str, data: bytes) -> bool:
    """Write an object unless there is one, and return whether the object there is now this one.

    Of several writers at once exactly one writes. The answer comes from reading it back: a write that the client
    repeated may be refused because of its own first try.

    Raises:
        StoreError: Others kept the key for a minute.
    """
    is_honoured = honours_conditions(store)
    with alone(store, key):
        hurried = replace(store, patience_s=0.0)
        if is_honoured:
            with contextlib.suppress(KeyTaken):
                hurried.put(key, data, if_absent=True)
        elif _read(hurried, key)[0] is None:
            hurried.put(key, data)
        return _read(hurried, key)[0] == data


@patient
@retry(retry=retry_if_exception_type(KeyTaken), stop=stop_after_attempt(10), wait=wait_random(0, 0.1), reraise=True)
def update(store: Store, key: str, change: Callable[[bytes | None], bytes | None]) -> None:
    """Replace an object by what `change` makes of it, so that no other update between reading and writing is lost.

    Args:
        store: Where.
        key: The object's; there need not be one.
        change: From the bytes there (None: no object) to the new ones (None: leave them). It may be called again.

    Raises:
        KeyTaken: Others kept changing it.
    """
    with alone(store, key):
        hurried = replace(store, patience_s=0.0)
        current, etag = _read(hurried, key)
        changed = change(current)
        if changed is None:
            return
        try:
            hurried.put(key, changed, if_absent=current is None, if_match=etag)
        except ConditionUnsupported:
            hurried.put(key, changed)


def _ask(store: Store) -> ConditionalWrites:
    key = f"{layout.SCRATCH}{secrets.token_hex(16)}"
    try:
        store.put(key, b"first", if_absent=True)
        store.put(key, b"second", if_absent=True)
    except KeyTaken:
        return "enforced"
    except ConditionUnsupported:
        return "refused"
    finally:
        with contextlib.suppress(StoreError):  # a bucket may forbid it
            store.delete(key)
    return "ignored"


def _read(store: Store, key: str) -> tuple[bytes | None, str | None]:
    """Return an object's bytes and entity tag, or twice None."""
    try:
        # An embedded store's folder: a server sees what another one over the same folder wrote a second late.
        return store.read(key) if store.root is None else ((store.root / key).read_bytes(), None)
    except (KeyMissing, FileNotFoundError):
        return None, None
