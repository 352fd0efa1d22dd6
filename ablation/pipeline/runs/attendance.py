"""A run's presence in the store: its record, its leases, the thread that keeps both alive and looks after others."""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final, Protocol, Self
from uuid import UUID

from ablation.pipeline.records import RunContext
from ablation.pipeline.runs.owners import owners_of
from ablation.pipeline.trials.claims import Claims, claims_opened
from ablation.settings import Settings
from ablation.store import (
    TTL_S,
    CrashedRun,
    Holder,
    LeaseFiles,
    LeaseObjects,
    Leases,
    RunningRun,
    RunningWatch,
    Store,
    StoreError,
    connect,
    put_running,
    remove_running,
    settle_killed,
)

# A store that does not answer does not hold up the end of a run.
PATIENCE_S: Final = 10.0
# Nor does it hold up trials: they do not need their leases as much as their results.
ASKED_AGAIN_S: Final = 2.0
_BEATS_PER_TTL: Final = 3

_log = logging.getLogger(__name__)

OnCrash = Callable[[CrashedRun], None]


class Attendance(Protocol):
    """A run's presence in the store, while it lasts."""

    def name_trials(self, fingerprints: Iterable[str]) -> None:
        """Say which trials the run may need besides those that it has named; garbage collection keeps them.

        The record says so when this returns, unless the store is away.
        """


@contextmanager
def attended(
    run: RunContext,
    flow_run_id: str | None,
    on_crash: OnCrash,
    *,
    trials: Iterable[str] = (),
    ttl_s: float = TTL_S,
) -> Iterator[Attendance]:
    """Let the store know for the length of the block that a run is under way, and let its trials claim leases.

    However the block ends, the run's record and leases are removed; those of a process that is killed are found by
    the runs after it.

    Args:
        run: Which.
        flow_run_id: Of the run in Prefect, if there it is one.
        on_crash: Is told, in a thread, of runs that were found to be killed.
        trials: Fingerprints of its plan's trials; where none are named, garbage collection keeps every trial.
        ttl_s: After which others take the run for dead.

    Yields:
        What names more trials, where a plan grows.
    """
    store = replace(connect(run.store), patience_s=ASKED_AGAIN_S)
    owners = owners_of(store, Settings())
    with owners.hold() as owner:
        holder = Holder(owner, owners.machine, run.run_id, ttl_s)
        leases: Leases = (
            LeaseObjects(store, holder, owners.has_ended) if store.root is None else LeaseFiles(store.root, holder)
        )
        record = RunningRun(
            study=run.study,
            run_id=run.run_id,
            flow_run_id=UUID(flow_run_id) if flow_run_id else None,
            owner=owner,
            machine=holder.machine,
            ttl_s=ttl_s,
            trials=_in_order(trials),
        )
        watch = RunningWatch(store, owners.has_ended, but=run.run_id)
        with (
            claims_opened(run.run_id, Claims(store, leases)),
            _Heart(store, record, leases, (watch, on_crash)) as heart,
        ):
            yield heart


def _in_order(fingerprints: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(fingerprints)))


class _Heart:
    """A thread that renews what a run has in the store, a few times in its time to live."""

    def __init__(self, store: Store, record: RunningRun, leases: Leases, others: tuple[RunningWatch, OnCrash]) -> None:
        self._store = store
        self._record = record
        self._leases = leases
        self._watch, self._on_crash = others
        self._is_failing = False
        self._ended = threading.Event()
        self._announcing = threading.Lock()  # the thread that trains announces, too, where a plan grows
        # What the block's caller has set by context, as Prefect's address of a server, holds in the thread as well.
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=context.run, args=(self._run,), name="attendance", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(PATIENCE_S)
        if self._is_failing or self._thread.is_alive():  # nor does one that did not answer the last beat
            return
        try:
            self._leases.release_all()
            remove_running(self._store, self._record.run_id)
        except (StoreError, OSError) as error:
            _log.warning("the next run will find this one's record: %s", " ".join(str(error).split()))

    def name_trials(self, fingerprints: Iterable[str]) -> None:
        with self._announcing:
            known = self._record.trials
            self._record = self._record.model_copy(update={"trials": _in_order((*known, *fingerprints))})
        self._beat(self._announce)

    def _run(self) -> None:
        self._beat(self._announce)
        self._beat(self._look)
        while not self._ended.wait(self._record.ttl_s / _BEATS_PER_TTL):
            self._beat(self._leases.renew)
            self._beat(self._announce)
            self._beat(self._look)

    def _beat(self, work: Callable[[], None]) -> None:
        """Do one thing; a store that fails costs a line in the log until it works again."""
        try:
            work()
            self._is_failing = False
        except (StoreError, OSError) as error:
            if not self._is_failing:
                _log.warning("other runs may take this one for dead: %s", " ".join(str(error).split()))
            self._is_failing = True

    def _announce(self) -> None:
        with self._announcing:
            put_running(self._store, self._record)
            self._record = self._record.model_copy(update={"heartbeat": self._record.heartbeat + 1})

    def _look(self) -> None:
        for killed in self._watch.killed():
            crashed = settle_killed(self._store, killed)
            if crashed is not None:
                self._on_crash(crashed)
