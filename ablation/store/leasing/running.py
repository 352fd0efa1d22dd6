"""Runs that are under way, and those that were killed: found by the heartbeat that each run keeps in the store."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field, ValidationError

from ablation.records import Record
from ablation.store import layout
from ablation.store.errors import KeyMissing
from ablation.store.leasing.heartbeats import LONGEST_TTL_S, TTL_S, Clock, HeartbeatWatch
from ablation.store.leasing.leases import parsed
from ablation.store.objects.store import Store, StoredObject
from ablation.store.transport.parallel import in_parallel

_log = logging.getLogger(__name__)


class RunningRun(Record):
    """A run that has begun and not ended."""

    schema_version: Literal[1] = 1
    study: str
    run_id: str
    flow_run_id: UUID | None = Field(default=None, description="In Prefect.")
    owner: str = Field(description="Random id of the run's process.")
    machine: str = Field(description="Random id of where it can be known at once that the owner has ended.")
    heartbeat: int = Field(default=0, ge=0)
    ttl_s: float = Field(default=TTL_S, gt=0, le=LONGEST_TTL_S)


class CrashedRun(Record):
    """A run that ended without a word: it was killed, or its machine was lost."""

    schema_version: Literal[1] = 1
    study: str
    run_id: str
    flow_run_id: UUID | None = None
    status: Literal["crashed"] = "crashed"
    found_at: datetime


def put_running(store: Store, run: RunningRun) -> None:
    """Say that a run is under way, or that it still is."""
    store.put(layout.running_key(run.run_id), run.model_dump_json().encode())


def remove_running(store: Store, run_id: str) -> None:
    """Say that a run has ended."""
    store.delete(layout.running_key(run_id))


class RunningWatch:
    """Looks which runs were killed: one listing a look, and one request for each run that was not seen before.

    Args:
        store: Where the runs are.
        has_ended: Whether an owner is known to have ended.
        but: The run that looks.
        clock: See `HeartbeatWatch`.
    """

    def __init__(
        self,
        store: Store,
        has_ended: Callable[[str, str], bool],
        but: str | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        self._store = store
        self._has_ended = has_ended
        self._but = None if but is None else layout.running_key(but)
        self._heartbeats = HeartbeatWatch(clock)
        self._known: dict[str, RunningRun | None] = {}

    def killed(self) -> list[RunningRun]:
        """Return the runs whose process has ended, or whose record has not changed for its time to live."""
        return [run for run, is_killed in self.look() if is_killed]

    def look(self) -> list[tuple[RunningRun, bool]]:
        """Return every run that has not said its end, and whether it was killed."""
        listed = [item for item in self._store.keys(layout.RUNNING) if item.key != self._but]
        return [(run, self._is_killed(run, item)) for item in listed if (run := self._read(item))]

    @property
    def patience_s(self) -> float:
        """How long the runs that were seen must be looked at until all can be judged; 0 where there is none."""
        return max((run.ttl_s for run in self._known.values() if run and not self._has_run_ended(run)), default=0.0)

    def _is_killed(self, run: RunningRun, item: StoredObject) -> bool:
        # Entity tags are missing or times coarse at some endpoints. Neither is compared but with itself.
        version = (item.etag, item.bytes, item.modified_at)
        return self._has_run_ended(run) or self._heartbeats.is_dead(item.key, version, run.ttl_s)

    def _has_run_ended(self, run: RunningRun) -> bool:
        return self._has_ended(run.machine, run.owner)

    def _read(self, item: StoredObject) -> RunningRun | None:
        if item.key not in self._known:
            try:
                self._known[item.key] = RunningRun.model_validate_json(self._store.get(item.key))
            except KeyMissing:
                return None
            except ValidationError:
                _log.warning("%s is ignored: it is not the record of a run", self._store.uri_of(item.key))
                self._known[item.key] = None
        return self._known[item.key]


def settle_killed(store: Store, run: RunningRun) -> CrashedRun | None:
    """Mark a run as crashed and free its leases; None for one that was killed after it was committed.

    Any number of others may do the same at the same time.
    """
    free_leases(store, run.owner)
    crashed = None
    if not store.exists(layout.run_manifest_key(run.study, run.run_id)):
        crashed = CrashedRun(
            study=run.study, run_id=run.run_id, flow_run_id=run.flow_run_id, found_at=datetime.now(UTC)
        )
        store.put(layout.crashed_key(run.study, run.run_id), crashed.model_dump_json().encode())
    remove_running(store, run.run_id)
    return crashed


def free_leases(store: Store, owner: str) -> None:
    """Remove the leases of a process that has ended. One that lives writes those of its leases anew that it misses."""
    for item in list(store.keys(layout.LEASES)):
        with contextlib.suppress(KeyMissing):
            lease = parsed(store.get(item.key))
            if lease is not None and lease.owner == owner:
                store.delete(item.key)


def list_crashed(store: Store, study: str | None = None) -> list[CrashedRun]:
    """Return the runs that were killed, or one study's, oldest first; a record that cannot be read is left out."""
    found = in_parallel(lambda item: _read_crashed(store, item.key), store.keys(layout.crashed_prefix(study)))
    return sorted((run for run in found if run is not None), key=lambda run: run.run_id)


def _read_crashed(store: Store, key: str) -> CrashedRun | None:
    try:
        return CrashedRun.model_validate_json(store.get(key))
    except (KeyMissing, ValidationError):
        _log.warning("%s is ignored: it is not the record of a crashed run", store.uri_of(key))
        return None
