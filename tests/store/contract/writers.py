"""Several processes that do the same thing to the same store at the same moment, again and again."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from types import TracebackType
from typing import Any

from ablation.records import RunManifest, TrialOutcome
from ablation.store import Store, StoreLocation, connect, publish_run, publish_trial, put_blob
from ablation.store.conditions.conditional import create, update
from ablation.store.errors import KeyTaken
from ablation.store.publishing.publication import advance_latest

COUNT = 4
DEADLINE_S = 120.0
FINGERPRINT = "f" * 64

# What one writer does in one round.
Act = Callable[[Store, int, int], Any]

_barrier: Barrier


class Writers:
    """Processes that are started once, and begin each round together."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(COUNT, context, _prepare, (context.Barrier(COUNT),))

    def __enter__(self) -> Writers:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pool.shutdown(cancel_futures=True)

    def race(self, act: Act, store: Store, rounds: int) -> list[list[Any]]:
        """Return what each writer got, round by round."""
        works = [self._pool.submit(_act, act, store.location, number, rounds) for number in range(COUNT)]
        by_writer = [work.result(DEADLINE_S) for work in works]
        return [list(results) for results in zip(*by_writer, strict=True)]


def _prepare(barrier: Barrier) -> None:
    global _barrier
    _barrier = barrier


def _act(act: Act, location: StoreLocation, number: int, rounds: int) -> list[Any]:
    store = connect(location)
    results = []
    try:
        for each in range(rounds):
            _barrier.wait(DEADLINE_S)
            results.append(act(store, number, each))
    except BaseException:
        _barrier.abort()
        raise
    return results


def create_one(store: Store, number: int, each: int) -> bool:
    return create(store, f"created/{each:02}.json", f"writer {number}".encode())


def append(store: Store, number: int, each: int) -> None:
    def appended(current: bytes | None) -> bytes:
        return json.dumps([*json.loads(current or b"[]"), [number, each]]).encode()

    update(store, "list.json", appended)


def advance(store: Store, number: int, each: int) -> None:
    advance_latest(store, "demo", f"run-{each:02}-{number}")


def publish_one_trial(store: Store, number: int, each: int) -> None:
    publish_trial(store, outcome(number, each), {})


def publish_one_run(store: Store, number: int, each: int) -> bool:
    """Publish a run under an id that others take, too, and return whether it is this one's."""
    try:
        publish_run(store, draft(f"run-{each:02}", f"of writer {number}"), {})
    except KeyTaken:
        return False
    return True


def put_one_blob(store: Store, number: int, each: int) -> str:
    return put_blob(store, b"shared" * 10_000 + str(each).encode(), "application/zip").sha256


def outcome(number: int, each: int) -> TrialOutcome:
    metrics = {"val_loss": number + each / 100}
    return TrialOutcome(
        variant="original", seed=0, fingerprint=FINGERPRINT, status="trained", metrics=metrics, epochs=1, files={}
    )


def draft(run_id: str, headline: str = "l2 helps") -> RunManifest:
    return RunManifest(
        study="demo",
        run_id=run_id,
        status="complete",
        headline=headline,
        finished_at=datetime(2026, 11, 21, tzinfo=UTC),
        wall_s=1.5,
        trials={"trained": 1},
        files=(),
    )
