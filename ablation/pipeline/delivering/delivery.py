"""Publishing what waits in the outbox, and outlasting a store that is away for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from ablation.pipeline.delivering.checkpoints import TrialCheckpoint, checkpoint_path
from ablation.pipeline.delivering.outbox import Outbox, WaitingTrial, outbox_of
from ablation.pipeline.delivering.publishing import send_files
from ablation.pipeline.records import RunContext, RunPlan
from ablation.records import TrialOutcome
from ablation.settings import Settings
from ablation.store import (
    Store,
    StoreError,
    StoreLocation,
    StoreUnreachable,
    check_store,
    connect,
    find_trials,
    is_away,
    publish_trial,
    put_blob,
)

TRIALS_AT_ONCE = 8
PAUSE_S = 1.0
DAMAGED = "its files were changed while they waited for the store; the same command trains it again"

Result = TypeVar("Result")


class RunWaits(StoreUnreachable):
    """A run cannot be published now; the message says what is kept where, and what publishes it."""


def publish_waiting(
    store: Store, settings: Settings, on_published: Callable[[WaitingTrial], None] = lambda waiting: None
) -> tuple[WaitingTrial, ...]:
    """Publish the trials that wait for a store; of processes that do so at once, one does and the others wait for it.

    Args:
        store: An open store.
        settings: Where the outbox is.
        on_published: Is told of each trial that the store has now.

    Returns:
        The trials that cannot be published, since a file of theirs was changed. They are left where they are.

    Raises:
        StoreError: The store is away; what was published until then waits no more.
    """
    outbox = outbox_of(store, settings)
    if not outbox.trials():
        return ()
    damaged = []
    with outbox.alone():
        trials = outbox.trials()
        finished = set(find_trials(store, [waiting.outcome.fingerprint for waiting in trials]))
        with ThreadPoolExecutor(TRIALS_AT_ONCE, thread_name_prefix="outbox") as pool:
            published = pool.map(partial(_publish, store, outbox, finished), trials)
            for waiting, is_published in zip(trials, published, strict=True):
                if not is_published:
                    damaged.append(waiting)
                    continue
                _forget_checkpoint(waiting, store, settings)
                outbox.discard(waiting.outcome.fingerprint)
                on_published(waiting)
    return tuple(damaged)


def has_waiting(run: RunContext) -> bool:
    """Whether a trial waits on this machine for the store of a run."""
    return bool(_outbox(run).trials())


def find_waiting(plan: RunPlan, run: RunContext) -> dict[str, TrialOutcome]:
    """Return the outcomes of a plan's trials that wait on this machine, by fingerprint."""
    return waiting_outcomes(plan, _outbox(run))


def waiting_outcomes(plan: RunPlan, outbox: Outbox) -> dict[str, TrialOutcome]:
    """Return the outcomes of a plan's trials that wait in an outbox, by fingerprint; damaged ones are left out."""
    wanted = {planned.fingerprint for planned in plan.trials}
    waiting = [each for each in outbox.trials() if each.outcome.fingerprint in wanted]
    return {each.outcome.fingerprint: each.outcome for each in waiting if outbox.is_whole(each)}


def deliver(outcomes: tuple[TrialOutcome, ...], run: RunContext) -> tuple[TrialOutcome, ...]:
    """Publish all that waits on this machine for the store of a run, as soon as the store is back.

    Args:
        outcomes: How trials of the run ended; some of them wait.
        run: Says where the store is.

    Returns:
        The outcomes, of which none waits any more.

    Raises:
        RunWaits: The store is not back in time.
    """
    return outlast(partial(_deliver, outcomes, run), run)


def outlast(action: Callable[[], Result], run: RunContext) -> Result:
    """Do what needs the store of a run, again if need be, while the store is away for no longer than the run waits.

    Args:
        action: May be done more than once.
        run: Says where the store is; of one that was away at the start nothing is waited for.

    Raises:
        RunWaits: The store is not back in time.
        StoreError: What else goes wrong.
    """
    deadline = time.monotonic() + (0.0 if run.is_offline else Settings().store_patience_s)
    while True:
        try:
            if run.is_offline:
                check_store(run.store)
            return action()
        except StoreError as error:
            if not is_away(error):
                raise
            if not _is_back(run.store, deadline):
                raise RunWaits(_report(error, run)) from error


def _deliver(outcomes: tuple[TrialOutcome, ...], run: RunContext) -> tuple[TrialOutcome, ...]:
    check_store(run.store)  # which is not as patient as an upload
    damaged = {waiting.outcome.fingerprint for waiting in publish_waiting(connect(run.store), Settings())}
    return tuple(_delivered(outcome, damaged, run) if outcome.is_waiting else outcome for outcome in outcomes)


def _delivered(outcome: TrialOutcome, damaged: set[str], run: RunContext) -> TrialOutcome:
    if not outcome.is_finished:
        return send_files(outcome, run)
    if outcome.fingerprint in damaged:
        failed = {"status": "failed", "error": DAMAGED, "metrics": {}, "files": {}}
        return outcome.model_copy(update={**failed, "is_waiting": False})
    return outcome.model_copy(update={"is_waiting": False})


def _publish(store: Store, outbox: Outbox, finished: set[str], waiting: WaitingTrial) -> bool:
    """Publish one trial, unless the store has it; return whether it has it now."""
    outcome = waiting.outcome
    if outcome.fingerprint in finished:
        return True
    if not outbox.is_whole(waiting):
        return False
    for name, ref in outcome.files.items():
        if put_blob(store, outbox.path_of(waiting, name), ref.content_type) != ref:
            return False
    publish_trial(store, outcome.model_copy(update={"is_waiting": False}), waiting.provenance)
    return True


def _forget_checkpoint(waiting: WaitingTrial, store: Store, settings: Settings) -> None:
    fingerprint = waiting.outcome.fingerprint
    stored = store.location if waiting.has_stored_checkpoint else None
    TrialCheckpoint(fingerprint, checkpoint_path(fingerprint, settings), stored).forget()


def _is_back(store: StoreLocation, deadline: float) -> bool:
    """Wait until the store answers again, and return whether it did in time."""
    while time.monotonic() < deadline:
        time.sleep(PAUSE_S)
        try:
            check_store(store)
        except StoreError:
            continue
        return True
    return False


def _report(error: StoreError, run: RunContext) -> str:
    outbox = _outbox(run)
    count = len(outbox.trials())
    kept = f"{count} finished trial{'s wait' if count > 1 else ' waits'} on this machine, in {outbox.directory}"
    return (
        f"{run.study} {run.run_id} is not published: its store is away.\n"
        f"  {error}\n"
        f"  {kept if count else 'The finished trials are in the store'}: none is lost.\n"
        "  Once the store is back, the same command publishes the run and trains none of them again; `ablate publish` "
        "publishes the trials alone."
    )


def _outbox(run: RunContext) -> Outbox:
    return outbox_of(connect(run.store), Settings())
