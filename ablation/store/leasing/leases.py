"""Leases: which run trains a trial now, so that no other one trains it at the same time.

A lease keeps nobody from publishing. Should two runs believe in theirs, both train and publish equal trials.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from pydantic import Field, ValidationError

from ablation.records import SHA256, Record
from ablation.store import layout
from ablation.store.conditions.conditional import honours_conditions
from ablation.store.errors import ConditionUnsupported, KeyMissing, KeyTaken
from ablation.store.leasing.heartbeats import LONGEST_TTL_S, TTL_S, Clock, HeartbeatWatch
from ablation.store.objects.store import Store

# Where an endpoint excludes no second writer: as long as one that looked before this one wrote may take to write.
SHORTEST_SETTLE_S: Final = 0.02

_log = logging.getLogger(__name__)


class Lease(Record):
    """Who trains a trial now."""

    schema_version: Literal[1] = 1
    fingerprint: str = Field(pattern=SHA256)
    owner: str = Field(description="Random id of the run's process.")
    machine: str = Field(description="Random id of where it can be known at once that the owner has ended.")
    run_id: str
    attempt: int = Field(default=1, ge=1, description="Counts the owners of the trial since it was last given back.")
    heartbeat: int = Field(default=0, ge=0, description="Changes while the owner lives.")
    ttl_s: float = Field(default=TTL_S, gt=0, le=LONGEST_TTL_S, description="Unchanged for so long, it is dead.")


@dataclass(frozen=True)
class Holder:
    """Who claims leases: a run's process.

    Args:
        owner: Its random id.
        machine: Of the process; see `Lease`.
        run_id: Of its run.
        ttl_s: Of its leases.
    """

    owner: str
    machine: str
    run_id: str
    ttl_s: float = TTL_S

    def lease(self, fingerprint: str, *, after: Lease | None = None) -> Lease:
        """Return a new lease of a trial, whose last owner may have died."""
        return Lease(
            fingerprint=fingerprint,
            owner=self.owner,
            machine=self.machine,
            run_id=self.run_id,
            attempt=after.attempt + 1 if after else 1,
            ttl_s=self.ttl_s,
        )


class Leases(Protocol):
    """The leases that one run's process holds."""

    @property
    def look_every_s(self) -> float:
        """How often one who waits for a lease may look."""

    def claim(self, fingerprint: str) -> bool:
        """Take the lease of a trial if it is free or its owner is dead, and return whether it is ours now."""

    def read(self, fingerprint: str) -> Lease | None:
        """Return the lease of a trial, whoever holds it; None where there is none that can be read."""

    def renew(self) -> None:
        """Show that the owner of our leases lives."""

    def release(self, fingerprint: str) -> None:
        """Give a lease back; it need not be ours."""

    def release_all(self) -> None:
        """Give back all leases of ours."""


@dataclass(frozen=True)
class _Found:
    data: bytes
    etag: str

    @property
    def lease(self) -> Lease | None:
        return parsed(self.data)


@dataclass
class _Held:
    lease: Lease
    confirmed_s: float


class LeaseObjects:
    """Leases as objects with a heartbeat, for stores that several machines share.

    A lease is taken by compare-and-swap where the endpoint honours conditions. Elsewhere it is written, and read back
    a moment later: of two that write within the same moment the last one has it, as far as that can be known.

    Args:
        store: Where they are.
        holder: Who claims.
        has_ended: Whether the owner of a lease is known to have ended.
        clock: See `HeartbeatWatch`.
    """

    look_every_s: Final = 2.0

    def __init__(
        self, store: Store, holder: Holder, has_ended: Callable[[str, str], bool], clock: Clock = time.monotonic
    ) -> None:
        self._clock = clock
        self._store = store
        self._holder = holder
        self._has_ended = has_ended
        self._watch = HeartbeatWatch(clock)
        self._held: dict[str, _Held] = {}
        # Between reading a lease of ours and writing it nobody else of this process gives it back.
        self._renewing = threading.Lock()

    def claim(self, fingerprint: str) -> bool:
        """Take the lease of a trial if it is free or its owner is dead, and return whether it is ours now.

        The one whom it belongs to is dead when its lease has not changed for its time to live, between two calls.
        """
        if not self._watch.knows(fingerprint) and self._take(fingerprint, None):
            return True
        found = self._find(fingerprint)
        if found is None or self._is_dead(fingerprint, found):
            return self._take(fingerprint, found)
        return False

    def read(self, fingerprint: str) -> Lease | None:
        """Return the lease of a trial, whoever holds it; None where there is none that can be read."""
        found = self._find(fingerprint)
        return found.lease if found else None

    def renew(self) -> None:
        """Show that the owner of our leases lives. One that another run has taken over is left to it."""
        for fingerprint in list(self._held):
            with self._renewing:
                if fingerprint in self._held and not self._renew(fingerprint):
                    run = self.read(fingerprint)
                    _log.warning("trial %s is trained by %s, too", fingerprint[:16], run.run_id if run else "another")
                    del self._held[fingerprint]

    def release(self, fingerprint: str) -> None:
        """Give a lease back; it need not be ours."""
        with self._renewing:
            held = self._held.pop(fingerprint, None)
            if held is not None and self._is_still_ours(held):
                self._store.delete(layout.lease_key(fingerprint))

    def release_all(self) -> None:
        """Give back all leases of ours."""
        for fingerprint in list(self._held):
            self.release(fingerprint)

    def _take(self, fingerprint: str, found: _Found | None) -> bool:
        lease = self._holder.lease(fingerprint, after=found.lease if found else None)
        if not write_unless_changed(self._store, lease, found.etag if found else None):
            return False
        self._watch.forget(fingerprint)
        self._held[fingerprint] = _Held(lease, self._clock())
        return True

    def _renew(self, fingerprint: str) -> bool:
        found = self._find(fingerprint)
        if found is not None and (found.lease is None or found.lease.owner != self._holder.owner):
            return False
        before = self._held[fingerprint].lease
        lease = before.model_copy(update={"heartbeat": before.heartbeat + 1})
        if not write_unless_changed(self._store, lease, found.etag if found else None):
            return False
        self._held[fingerprint] = _Held(lease, self._clock())
        return True

    def _is_still_ours(self, held: _Held) -> bool:
        # A process that was stopped for a while may not know yet that another one has taken over.
        if self._clock() - held.confirmed_s < held.lease.ttl_s / 2:
            return True
        lease = self.read(held.lease.fingerprint)
        return lease is not None and lease.owner == self._holder.owner

    def _is_dead(self, fingerprint: str, found: _Found) -> bool:
        lease = found.lease
        if lease is not None and self._has_ended(lease.machine, lease.owner):
            return True
        return self._watch.is_dead(fingerprint, found.data, lease.ttl_s if lease else TTL_S)

    def _find(self, fingerprint: str) -> _Found | None:
        try:
            return _Found(*self._store.read(layout.lease_key(fingerprint)))
        except KeyMissing:
            return None


def parsed(data: bytes) -> Lease | None:
    """Return a lease from its bytes, or None when they are none."""
    try:
        return Lease.model_validate_json(data)
    except ValidationError:
        return None


def write_unless_changed(store: Store, lease: Lease, etag: str | None) -> bool:
    """Write a lease if what is there still has the entity tag `etag` (None: if there is none).

    Returns:
        Whether the lease there is now this one, as far as the endpoint lets that be known.
    """
    key, data = layout.lease_key(lease.fingerprint), lease.model_dump_json().encode()
    if honours_conditions(store):
        try:
            store.put(key, data, if_absent=etag is None, if_match=etag)
            return True
        except (KeyTaken, KeyMissing):
            return _is_there(store, key, data)  # the client may have repeated a write that had succeeded
        except ConditionUnsupported:
            pass
    began_s = time.monotonic()
    if etag is None and store.exists(key):
        return False
    store.put(key, data)
    time.sleep(max(SHORTEST_SETTLE_S, 2 * (time.monotonic() - began_s)))
    return _is_there(store, key, data)


def _is_there(store: Store, key: str, data: bytes) -> bool:
    try:
        return store.get(key) == data
    except KeyMissing:
        return False
