"""Which trials this run trains itself, and which ones it waits for since another run trains them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from ablation.pipeline.planning.plans import as_cached
from ablation.pipeline.records import PlannedTrial, RunContext
from ablation.pipeline.workspace import Workspace
from ablation.processes import Slots
from ablation.records import TrialOutcome
from ablation.settings import Settings
from ablation.store import TTL_S, Leases, Store, StoreError, find_published

# How soon one who waits sees that its run was cancelled.
TICK_S: Final = 0.1

_log = logging.getLogger(__name__)
# By run id: the runs of this process. A trial that is trained elsewhere has none, and is trained without a lease.
_open: dict[str, Claims] = {}


@dataclass(frozen=True)
class Place:
    """Where a trial trains, or what another run has made of it meanwhile.

    Args:
        devices: That it has for itself; None where trials see what the machine has.
        finished: Its outcome: nothing is left to train.
    """

    devices: tuple[str, ...] | None
    finished: TrialOutcome | None = None


class Claims:
    """The leases of one run, for its trials.

    A store that fails keeps no trial from being trained: for a while it is not asked, and trials go without a lease.

    Args:
        store: Where finished trials are.
        leases: Of this process.
    """

    def __init__(self, store: Store, leases: Leases) -> None:
        self._store = store
        self._leases = leases
        self._asked_again_s = 0.0

    @property
    def _is_away(self) -> bool:
        """Whether the store has failed a moment ago."""
        return time.monotonic() < self._asked_again_s

    def take(self, fingerprint: str) -> bool:
        """Take the lease of a trial, and return whether this run may train it now."""
        if self._is_away:
            return True
        try:
            return self._leases.claim(fingerprint)
        except (StoreError, OSError) as error:
            self._asked_again_s = time.monotonic() + TTL_S
            _log.warning("trials are trained without a lease: %s", " ".join(str(error).split()))
            return True

    def give_back(self, fingerprint: str) -> None:
        """Let others have a trial; it need not be ours."""
        try:
            self._leases.release(fingerprint)
        except (StoreError, OSError) as error:
            _log.warning("a lease is left until it is dead: %s", " ".join(str(error).split()))

    def published(self, fingerprint: str) -> TrialOutcome | None:
        """Return the outcome of a trial that is ours, if another run has published it before; then it is ours no more.

        It may have been trained between this run's look for finished trials and its claim.
        """
        if self._is_away:
            return None
        try:
            found = find_published(self._store, fingerprint)
        except StoreError as error:
            _log.warning("a trial is trained without a look for others': %s", " ".join(str(error).split()))
            return None
        if found is not None:
            self.give_back(fingerprint)
        return found

    def wait(self, fingerprint: str, is_cancelled: Callable[[], bool]) -> TrialOutcome | None:
        """Wait until another run has published a trial, and return its outcome; None once the trial is ours."""
        look_s = time.monotonic()
        while not is_cancelled():
            if time.monotonic() >= look_s:
                if self.take(fingerprint):
                    return self.published(fingerprint)
                look_s = time.monotonic() + self._leases.look_every_s
            time.sleep(TICK_S)
        return None

    def holder(self, fingerprint: str) -> str:
        """Return the id of the run that trains a trial, for people."""
        try:
            lease = self._leases.read(fingerprint)
        except StoreError:
            return ""
        return "" if lease is None else lease.run_id


@contextmanager
def claims_opened(run_id: str, claims: Claims) -> Iterator[None]:
    """Let the trials of a run find its claims for the length of the block."""
    _open[run_id] = claims
    try:
        yield
    finally:
        del _open[run_id]


@contextmanager
def claimed_place(planned: PlannedTrial, run: RunContext, slots: Slots) -> Iterator[Place]:
    """Hold a place and a trial's lease. While another run trains the trial, wait for it without a place.

    Leases are taken when a trial's turn has come, so that runs share the trials of a study. A run that trains
    everything anew takes the leases that are free, and waits for nobody.

    Yields:
        The place, or how the trial ended in another run.
    """
    claims = _open.get(run.run_id)
    with slots.occupy(planned.position, planned.trial.variant) as devices:
        place = _claimed(claims, planned, run, slots, devices)
        if place is not None:
            yield place
            return
    assert claims is not None
    finished = _waited(claims, planned, run, slots)
    if finished is not None:
        yield Place((), finished)
        return
    with slots.occupy(planned.position, planned.trial.variant) as devices:
        yield Place(devices)


@contextmanager
def given_back_on_failure(fingerprint: str, run: RunContext) -> Iterator[None]:
    """Let others have the trial at once when the block raises."""
    try:
        yield
    except BaseException:
        give_back(fingerprint, run)
        raise


def give_back(fingerprint: str, run: RunContext) -> None:
    """Let others have a trial: it is published, or has failed."""
    if claims := _open.get(run.run_id):
        claims.give_back(fingerprint)


def _claimed(
    claims: Claims | None, planned: PlannedTrial, run: RunContext, slots: Slots, devices: tuple[str, ...] | None
) -> Place | None:
    """Return a trial's place where it can be trained now, or how it ended; None while another run trains it."""
    if claims is None or slots.is_cancelled():
        return Place(devices)
    is_ours = claims.take(planned.fingerprint)
    if run.is_fresh:
        return Place(devices)
    if not is_ours:
        return None
    found = claims.published(planned.fingerprint)
    return Place(devices, found and _adopted(found, planned, run))


def _waited(claims: Claims, planned: PlannedTrial, run: RunContext, slots: Slots) -> TrialOutcome | None:
    trial, workspace = planned.trial, Workspace(Settings(), run.run_id)
    with workspace.waiting(trial.variant, trial.seed, claims.holder(planned.fingerprint)):
        found = claims.wait(planned.fingerprint, slots.is_cancelled)
    return found and _adopted(found, planned, run)


def _adopted(found: TrialOutcome, planned: PlannedTrial, run: RunContext) -> TrialOutcome:
    outcome = as_cached(planned, found)
    Workspace(Settings(), run.run_id).write_outcome(outcome)
    return outcome
