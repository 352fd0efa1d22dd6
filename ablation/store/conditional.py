"""Writes that must not overwrite, on endpoints that honour conditions and on those that ignore them."""

from __future__ import annotations

import contextlib
import secrets
from functools import lru_cache
from threading import Lock

from ablation.store.errors import ConditionUnsupported, KeyTaken, StoreError
from ablation.store.objects import Store

# Where the endpoint does not exclude a second writer, this process at least does.
_unguarded = Lock()


@lru_cache(maxsize=32)
def honours_conditions(store: Store) -> bool:
    """Return whether the endpoint refuses a conditional write whose condition is not met. Asked once per open store."""
    key = f"scratch/{secrets.token_hex(16)}"
    try:
        store.put(key, b"first", if_absent=True)
        store.put(key, b"second", if_absent=True)
    except KeyTaken:
        return True
    except ConditionUnsupported:
        return False
    finally:
        with contextlib.suppress(StoreError):  # a bucket may forbid it
            store.delete(key)
    return False


def create(store: Store, key: str, data: bytes) -> bool:
    """Write an object unless there is one, and return whether the object there is now this one.

    The answer comes from reading it back: a write that the client repeated may be refused because of its own first
    try, and an endpoint may check the condition without excluding a second writer. Where conditions are ignored, of
    two processes that write within the same few milliseconds the last one wins.
    """
    if honours_conditions(store):
        with contextlib.suppress(KeyTaken):
            store.put(key, data, if_absent=True)
        return store.get(key) == data
    with _unguarded:
        if not store.exists(key):
            store.put(key, data)
        return store.get(key) == data


def swap(store: Store, key: str, data: bytes, etag: str | None) -> None:
    """Write an object if it still has the entity tag `etag` (None: if there is none), as far as the endpoint can.

    Raises:
        KeyTaken: Someone else has written it.
    """
    try:
        store.put(key, data, if_absent=etag is None, if_match=etag)
    except ConditionUnsupported:
        store.put(key, data)
