from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ablation.pipeline import Leftover, Workspace, tidy_cache, tidy_store
from ablation.pipeline.runs.owners import owners_of
from ablation.settings import Settings
from ablation.store import Holder, LeaseFiles, LeaseObjects, RunningRun, Store, list_crashed, put_running
from tests.conftest import embedded_store

DAY_S = 86_400


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache_dir=tmp_path / "cache")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with embedded_store(tmp_path) as opened:
        yield opened


def nobody_has_ended(machine: str, owner: str) -> bool:
    return False


def keep(settings: Settings, name: str, *, unused_days: float) -> Path:
    path = settings.cache_dir / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"123")
    used_s = time.time() - unused_days * DAY_S
    os.utime(path, (used_s, used_s))
    return path


def seen(leftovers: tuple[Leftover, ...]) -> set[tuple[str, str, int]]:
    return {(each.kind, each.name, each.bytes) for each in leftovers}


def test_store_is_rid_of_what_killed_runs_left_and_of_nothing_else(store: Store, settings: Settings) -> None:
    remote = replace(store, root=None)
    owners = owners_of(remote, settings)
    killed = RunningRun(study="tiny", run_id="run-0", owner="killed", machine=owners.machine, ttl_s=0.05)
    put_running(store, killed)
    LeaseObjects(remote, Holder("killed", owners.machine, "run-0", 0.05), nobody_has_ended).claim("a" * 64)
    LeaseObjects(remote, Holder("lost", "another machine", "run-9", 0.05), nobody_has_ended).claim("b" * 64)
    with owners.hold() as owner:
        living = LeaseObjects(remote, Holder(owner, owners.machine, "run-1"), nobody_has_ended)
        living.claim("c" * 64)
        living.release("c" * 64)
        expected = {
            ("crashed run", "tiny/run-0", 0),
            ("lease", f"leases/{'a' * 64}.json", 0),
            ("lease", f"leases/{'b' * 64}.json", 0),
        }
        looked = tidy_store(remote, settings, is_applied=False)
        assert seen(looked.leftovers) == expected
        assert len(list(store.keys("running/"))) == 1
        tidied = tidy_store(remote, settings, is_applied=True)
    assert seen(tidied.leftovers) == expected
    assert [run.run_id for run in tidied.crashed] == ["run-0"]
    assert list_crashed(store) == list(tidied.crashed)
    assert [*store.keys("running/"), *store.keys("leases/")] == []
    assert tidy_store(remote, settings, is_applied=True).leftovers == ()


def test_store_keeps_the_leases_of_who_lives(store: Store, settings: Settings) -> None:
    assert store.root is not None
    living = LeaseFiles(store.root, Holder("living", "here", "run-1"))
    assert living.claim("a" * 64)
    (store.root / ".leases" / f"{'b' * 64}.json").write_text("left by a process that was killed")
    tidied = tidy_store(store, settings, is_applied=True)
    assert seen(tidied.leftovers) == {("lease", f"{'b' * 64}.json", 33)}
    assert [path.name for path in (store.root / ".leases").glob("*.json")] == [f"{'a' * 64}.json"]
    living.release_all()


def test_cache_is_rid_of_what_was_not_used_for_long(settings: Settings) -> None:
    Workspace(settings, "killed").directory.mkdir(parents=True)
    old = [
        keep(settings, f"checkpoints/{'a' * 64}", unused_days=40),
        keep(settings, "features/core/tail/x.npy", unused_days=40),
        keep(settings, "prepared/old/y.npy", unused_days=31),
        keep(settings, "stored/old/x.npy", unused_days=31),
    ]
    new = [
        keep(settings, f"checkpoints/{'b' * 64}", unused_days=29),
        keep(settings, "prepared/new/y.npy", unused_days=1),
        keep(settings, "files/mnist.npz", unused_days=400),
        keep(settings, "datasets/decoded/x.npy", unused_days=400),
    ]
    expected = {
        ("workspace", "killed", 0),
        ("checkpoint", "a" * 64, 3),
        ("features", "core", 3),
        ("prepared data", "old", 3),
        ("stored samples", "old", 3),
    }
    assert seen(tidy_cache(settings, older_than_days=30, is_applied=False)) == expected
    assert all(path.is_file() for path in old)
    assert seen(tidy_cache(settings, older_than_days=30, is_applied=True)) == expected
    assert not any(path.exists() for path in old)
    assert all(path.is_file() for path in new)
    assert tidy_cache(settings, older_than_days=30, is_applied=True) == ()


def test_cache_is_left_alone_while_a_run_is_under_way(settings: Settings) -> None:
    old = keep(settings, "prepared/old/y.npy", unused_days=400)
    with Workspace(settings, "run-1").owned():
        assert tidy_cache(settings, older_than_days=30, is_applied=True) == ()
    assert old.is_file()


def test_cache_that_is_not_there_needs_nothing(settings: Settings) -> None:
    assert tidy_cache(settings, older_than_days=30, is_applied=True) == ()
