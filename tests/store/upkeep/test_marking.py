"""What is garbage: one row for each kind."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ablation.records import TrialOutcome
from ablation.store import (
    Store,
    blob_key,
    publish_trial,
    run_file_key,
    sweep_garbage,
    trial_manifest_key,
)
from tests.conftest import rarely
from tests.store.upkeep.published import (
    DAY,
    MONTH,
    X,
    Y,
    age,
    blob,
    checkpoint,
    commit,
    keys,
    kinds,
    long_ago,
    marked,
    train,
    twice,
)


def failed(store: Store) -> None:
    publish_trial(store, TrialOutcome(variant="l2", seed=0, fingerprint=X, status="failed", error="killed"), {})


def _unreferenced(store: Store) -> list[tuple[str, str]]:
    return [("blob", blob(store, b"nobody's"))]


def _unfinished(store: Store) -> list[tuple[str, str]]:
    store.put(run_file_key("demo", "run-1", "index.html"), b"<p>")
    store.put(run_file_key("demo", "run-1", "variants/l2/seed-0/log.txt"), b"...")
    return [("unfinished run", "studies/demo/run-1/")]


def _superseded(store: Store) -> list[tuple[str, str]]:
    twice(store)
    return [("attempt", trial_manifest_key(X, 1)), ("blob", blob(store, b"before"))]


def _failed(store: Store) -> list[tuple[str, str]]:
    failed(store)
    return [("attempt", trial_manifest_key(X, 1))]


def _outlived_checkpoint(store: Store) -> list[tuple[str, str]]:
    train(store, X)
    checkpoint(store)
    return [("checkpoint", f"checkpoints/{X}/")]


def _scratch(store: Store) -> list[tuple[str, str]]:
    store.put("scratch/0123456789abcdef", b"first")
    return [("scratch object", "scratch/0123456789abcdef")]


def _crashed(store: Store) -> list[tuple[str, str]]:
    store.put("crashed/demo/run-1.json", b"{}")
    store.put(run_file_key("demo", "run-1", "index.html"), b"<p>")
    return [("unfinished run", "studies/demo/run-1/"), ("crashed run", "crashed/demo/run-1.json")]


GARBAGE: dict[str, Callable[[Store], list[tuple[str, str]]]] = {
    "blob that no manifest names": _unreferenced,
    "folder of a run without a manifest": _unfinished,
    "attempt that a newer one took the place of, and its blobs": _superseded,
    "attempt that failed": _failed,
    "checkpoint of a finished trial": _outlived_checkpoint,
    "scratch object": _scratch,
    "record of a crashed run, after what is left of it": _crashed,
}


@pytest.mark.parametrize("kind", rarely(GARBAGE, but=["checkpoint of a finished trial"]))
def test_garbage_is_found_when_it_is_old_and_removed(kind: str, store: Store) -> None:
    expected = GARBAGE[kind](store)
    assert kinds(store) == []
    age(store)
    assert kinds(store) == expected
    before = keys(store)
    swept = sweep_garbage(store, DAY)
    assert [(each.kind, each.key) for each in swept.garbage] == expected
    gone = before - keys(store)
    assert sum(each.objects for each in swept.garbage) == len(gone)
    assert all(key.startswith(tuple(prefix for _, prefix in expected)) for key in gone)
    assert kinds(store) == []


def test_old_runs_go_only_when_asked_for_and_with_the_trials_and_blobs_that_no_other_run_has(store: Store) -> None:
    with long_ago(store):
        first = commit(store, "run-1", train(store, X, b"own"), train(store, Y, b"shared", "plain"))
        commit(store, "run-2", train(store, Y, b"shared", "plain"))
    assert ("old run", "studies/demo/run-1/") not in kinds(store)
    found = marked(store, MONTH)
    own = next(file for file in first.files if file.path.endswith("l2/seed-0/model.keras"))
    assert [(each.kind, each.key) for each in found.garbage] == [
        ("old run", "studies/demo/run-1/"),
        ("attempt", trial_manifest_key(Y, 1)),
        ("old trial", f"trials/{X}/"),
        ("blob", blob_key(own.sha256)),
    ]
    assert found.garbage[0].why == "it is 40 days old"
    assert (found.garbage[0].objects, found.garbage[3].bytes) == (8, len(b"own"))
    assert [(run.run_id, run.why) for run in found.kept] == [("run-2", "the latest of demo")]


def test_checkpoint_nobody_went_on_from_goes_with_old_runs_alone(store: Store) -> None:
    with long_ago(store):
        checkpoint(store)
    assert kinds(store) == []
    assert kinds(store, MONTH) == [("checkpoint", f"checkpoints/{X}/")]
