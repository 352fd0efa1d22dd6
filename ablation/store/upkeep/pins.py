"""Pins: small objects that keep a run, its files and its trials, however old it becomes."""

from __future__ import annotations

from ablation.records import RunManifest
from ablation.store import layout
from ablation.store.objects.store import Store

_CONTENT_TYPE = "text/plain; charset=utf-8"


def pin_run(store: Store, manifest: RunManifest) -> bool:
    """Keep a run from being removed, and return whether it was not pinned before."""
    key = layout.pin_key(manifest.study, manifest.run_id)
    if store.exists(key):
        return False
    store.put(key, f"{manifest.study}/{manifest.run_id} is kept\n".encode(), _CONTENT_TYPE)
    return True


def unpin_run(store: Store, manifest: RunManifest) -> bool:
    """Let a run be removed when it is old, and return whether it was pinned before."""
    key = layout.pin_key(manifest.study, manifest.run_id)
    if not store.exists(key):
        return False
    store.delete(key)
    return True


def pinned_runs(store: Store) -> set[tuple[str, str]]:
    """Return the study and the run id of every pinned run."""
    found = (layout.pin_of(item.key) for item in store.keys(layout.PINS))
    return {pinned for pinned in found if pinned is not None}
