"""What runs that were killed have left in a store: their records and their leases."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ablation.store import layout
from ablation.store.errors import KeyMissing
from ablation.store.leasing.heartbeats import TTL_S, HeartbeatWatch
from ablation.store.leasing.leases import parsed
from ablation.store.leasing.running import RunningRun, RunningWatch
from ablation.store.objects.store import Store

HasEnded = Callable[[str, str], bool]


@dataclass(frozen=True)
class StaleLease:
    """A lease whose owner is dead, as it was read."""

    key: str
    data: bytes


@dataclass(frozen=True)
class StoreLeftovers:
    """Runs that were killed, and leases of processes that are dead."""

    runs: tuple[RunningRun, ...]
    leases: tuple[StaleLease, ...]


def find_leftovers(store: Store, has_ended: HasEnded) -> StoreLeftovers:
    """Return what dead processes have left.

    Where it cannot be known at once that an owner has ended, its record is looked at twice, as far apart as it may stay
    unchanged.

    Args:
        store: Where.
        has_ended: Whether an owner is known to have ended.
    """
    runs, leases = RunningWatch(store, has_ended), _LeaseWatch(store, has_ended)
    runs.killed()
    leases.dead()
    patience_s = max(runs.patience_s, leases.patience_s)
    if patience_s > 0:
        time.sleep(1.1 * patience_s)
    return StoreLeftovers(tuple(runs.killed()), tuple(leases.dead()))


def remove_lease(store: Store, stale: StaleLease) -> None:
    """Remove a lease, unless it has changed since it was read."""
    try:
        is_unchanged = store.get(stale.key) == stale.data
    except KeyMissing:
        return
    if is_unchanged:
        store.delete(stale.key)


class _LeaseWatch:
    """Looks which leases have a dead owner."""

    def __init__(self, store: Store, has_ended: HasEnded) -> None:
        self._store = store
        self._has_ended = has_ended
        self._heartbeats = HeartbeatWatch()
        self.patience_s = 0.0

    def dead(self) -> list[StaleLease]:
        """Return the leases that can be judged to be dead by now."""
        return [stale for stale in self._read() if self._is_dead(stale)]

    def _is_dead(self, stale: StaleLease) -> bool:
        lease = parsed(stale.data)
        if lease is not None and self._has_ended(lease.machine, lease.owner):
            return True
        ttl_s = lease.ttl_s if lease else TTL_S
        self.patience_s = max(self.patience_s, ttl_s)
        return self._heartbeats.is_dead(stale.key, stale.data, ttl_s)

    def _read(self) -> Iterator[StaleLease]:
        for item in list(self._store.keys(layout.LEASES)):
            try:
                yield StaleLease(item.key, self._store.get(item.key))
            except KeyMissing:  # given back meanwhile
                continue
