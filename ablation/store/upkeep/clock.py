"""The store's own clock. Ages of objects are told by it alone: this machine's may be wrong by years."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ablation.store import layout
from ablation.store.objects.store import Store
from ablation.store.transport.patience import patient
from ablation.store.transport.translation import translated


def store_time(store: Store) -> datetime:
    """Return what time it is at the store, in UTC: as its answers say, else as a new object says."""
    try:
        told = parsedate_to_datetime(_date(store))
    except ValueError:
        return _time_of_new_object(store)
    return told if told.tzinfo else told.replace(tzinfo=UTC)


@patient
def _date(store: Store) -> str:
    with translated(store.uri):
        answer = store.client.list_objects_v2(Bucket=store.bucket, Prefix=f"{store.prefix}{layout.SCRATCH}", MaxKeys=1)
    return answer["ResponseMetadata"]["HTTPHeaders"].get("date", "")


def _time_of_new_object(store: Store) -> datetime:
    key = f"{layout.SCRATCH}{secrets.token_hex(16)}"
    store.put(key, b"what time is it?")
    try:
        head = store.head(key)
    finally:
        store.delete(key)
    return head.modified_at if head else datetime.now(UTC)
