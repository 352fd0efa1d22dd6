"""What is held, and by what: one row for each reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest

from ablation.records import RunManifest
from ablation.store import (
    Ages,
    Store,
    champion_key,
    latest_key,
    pin_run,
    run_file_key,
    run_manifest_key,
    sweep_garbage,
    trial_manifest_key,
)
from tests.conftest import rarely, some
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


def begin(store: Store, run_id: str = "", text: bytes = b"{}") -> None:
    store.put(f"running/{run_id or f'{datetime.now(UTC):%Y%m%d-%H%M%S}-abcdef'}.json", text)


def two_runs(store: Store) -> RunManifest:
    """An old run that only its hold keeps, and a newer one that is `latest`."""
    with long_ago(store):
        old = commit(store, "run-1", train(store, X))
        commit(store, "run-2")
    return old


def _pinned(store: Store) -> None:
    pin_run(store, two_runs(store))


def _champion(store: Store) -> None:
    two_runs(store)
    store.put(champion_key("demo"), json.dumps({"run_id": "run-1"}).encode())


def _damaged_champion(store: Store) -> None:
    two_runs(store)
    store.put(champion_key("demo"), b"not json")


def _behind_latest(store: Store) -> None:
    two_runs(store)
    store.put(latest_key("demo"), json.dumps({"run_id": "run-1"}).encode())


def _newest(store: Store) -> None:
    with long_ago(store):
        commit(store, "run-1", train(store, X))
    store.delete(latest_key("demo"))


def _under_way(store: Store) -> None:
    two_runs(store)
    begin(store, "run-1")


def _young_run(store: Store) -> None:
    two_runs(store)
    age(store, run_manifest_key("demo", "run-1"), days=29)


HOLDS = {
    "a pin": _pinned,
    "a champion": _champion,
    "a champion that cannot be read": _damaged_champion,
    "the pointer to the latest": _behind_latest,
    "being the newest": _newest,
    "being under way": _under_way,
    "its age": _young_run,
}


@pytest.mark.parametrize("hold", rarely(HOLDS, but=["a pin"]))
def test_held_run_stays_with_its_trial_and_its_blobs(hold: str, store: Store) -> None:
    HOLDS[hold](store)
    before = keys(store)
    assert sweep_garbage(store, MONTH).garbage == ()
    assert keys(store) == before


def test_runs_that_are_held_are_what_keeps_them(store: Store) -> None:
    two_runs(store)
    assert [(each.kind, each.key) for each in marked(store, MONTH).garbage[:2]] == [
        ("old run", "studies/demo/run-1/"),
        ("old trial", f"trials/{X}/"),
    ]


def _named_by_unreadable(store: Store) -> None:
    key = blob(store, b"of a newer version")
    store.put(trial_manifest_key(X, 1), json.dumps({"schema_version": 2, "model": key.rpartition("/")[2]}).encode())


def _named_by_run(store: Store) -> None:
    commit(store, "run-1", train(store, X))
    store.delete(trial_manifest_key(X, 1))


def _recent_successor(store: Store) -> None:
    with long_ago(store):
        train(store, X, b"before")
    with long_ago(store, days=0.5):
        train(store, X, b"after")


def _broken_successor(store: Store) -> None:
    twice(store)
    store.delete(blob(store, b"after"))


def _leased_checkpoint(store: Store) -> None:
    with long_ago(store):
        train(store, X)
        checkpoint(store)
    store.put(f"leases/{X}.json", b"{}")


def _locked_checkpoint(store: Store) -> None:
    train(store, X)
    checkpoint(store)
    assert store.root is not None
    (store.root / ".leases").mkdir()
    (store.root / ".leases" / f"{X}.json").write_bytes(b"{}")


def _going_on(store: Store) -> None:
    checkpoint(store)


def _data(store: Store) -> None:
    store.put(f"datasets/sha256/aa/{X}", b"samples")
    store.put("index.html", b"<p>")
    store.put("studies/demo/index.html", b"<p>")
    store.put("somebody/else.txt", b"hi")


def _since_a_run_began(store: Store) -> None:
    began_at = datetime.now(UTC) - timedelta(days=3)
    with long_ago(store, days=2):
        blob(store, b"of a trial that ended as failed")
    with long_ago(store, days=3 + 0.5 / 24):
        blob(store, b"of one whose machine is half an hour ahead")
    begin(store, f"{began_at:%Y%m%d-%H%M%S}-abcdef")


def _run_without_a_time(store: Store) -> None:
    with long_ago(store):
        blob(store, b"whose?")
    begin(store, "run-9")


def _publishing_now(store: Store) -> None:
    store.put(f"studies/demo/{datetime.now(UTC):%Y%m%d-%H%M%S}-abcdef/variants/l2/seed-0/model.keras", b"a copy")


def _crashed_but_there(store: Store) -> None:
    commit(store, "run-1")
    store.put("crashed/demo/run-1.json", b"{}")
    store.put("crashed/demo/of/somebody-else.json", b"{}")


HELD = {
    "blob of a manifest that cannot be read": (_named_by_unreadable, True),
    "blob that a run alone names": (_named_by_run, True),
    "attempt that a run may have found yesterday": (_recent_successor, False),
    "attempt whose successor has lost its blobs": (_broken_successor, True),
    "checkpoint of a leased trial": (_leased_checkpoint, False),
    "checkpoint of a locked trial": (_locked_checkpoint, True),
    "checkpoint of an unfinished trial": (_going_on, True),
    "datasets, pages and what is none of ours": (_data, True),
    "what was written since a run began that is under way": (_since_a_run_began, False),
    "everything, while a run is under way whose beginning is not known": (_run_without_a_time, False),
    "folder of a run that has just begun and copies old blobs": (_publishing_now, True),
    "record of a crashed run that is there all the same, and of none": (_crashed_but_there, True),
}


@pytest.mark.parametrize(("make", "is_aged"), some(HELD, 2))
def test_held_objects_stay(make: Callable[[Store], None], is_aged: bool, store: Store) -> None:
    with long_ago(store) if is_aged else nullcontext():
        make(store)
    before = keys(store)
    assert sweep_garbage(store, DAY).garbage == ()
    assert keys(store) == before


@pytest.mark.parametrize(
    ("text", "stay"),
    [(b"{}", [X, Y]), (json.dumps({"trials": [X]}).encode(), [X])],
    ids=["that names no trials", "that names its trials"],
)
def test_old_trials_stay_while_a_run_is_under_way(text: bytes, stay: list[str], store: Store) -> None:
    with long_ago(store):
        train(store, X)
        train(store, Y)
    assert [key for _, key in kinds(store, MONTH)[:2]] == [f"trials/{X}/", f"trials/{Y}/"]
    begin(store, text=text)
    found = [key for kind, key in kinds(store, MONTH) if kind == "old trial"]
    assert found == [f"trials/{trial}/" for trial in (X, Y) if trial not in stay]
    sweep_garbage(store, MONTH)
    assert {key.split("/")[1] for key in keys(store, "trials/")} == set(stay)


@pytest.mark.slow
def test_old_trials_stay_when_a_run_does_not_say_which_it_has(store: Store) -> None:
    with long_ago(store):
        commit(store, "run-1", train(store, X))
    store.delete(run_file_key("demo", "run-1", "plan.json"))
    found = marked(store, MONTH)
    assert found.garbage == ()
    assert "all of them stay" in found.notes[0]


@pytest.mark.slow
def test_record_of_a_run_that_ended_long_ago_holds_nothing(store: Store) -> None:
    with long_ago(store):
        blob(store, b"nobody's")
        begin(store, "run-9")
    assert [kind for kind, _ in kinds(store)] == ["blob"]


def test_record_of_a_run_holds_for_an_hour_whatever_the_grace_period(store: Store) -> None:
    with long_ago(store):
        blob(store, b"nobody's")
    begin(store, "run-9")
    age(store, "running/", days=0.5 / 24)
    assert kinds(store, Ages(timedelta(0))) == []
    age(store, "running/", days=1.5 / 24)
    assert [kind for kind, _ in kinds(store, Ages(timedelta(0)))] == ["blob"]
