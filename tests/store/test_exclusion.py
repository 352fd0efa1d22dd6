"""One writer of a key at a time; the locks of threads are out of the way here, so that threads are as processes."""

from __future__ import annotations

import json
import os
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from ablation.store import Store
from ablation.store.conditions.conditional import create, update
from ablation.store.errors import StoreError
from ablation.store.layout import claim_prefix
from ablation.store.transport.parallel import in_parallel
from tests.conftest import embedded_store


@pytest.fixture(autouse=True)
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ablation.store.conditions.exclusion._threads", [nullcontext()])


@pytest.fixture
def remote(store: Store) -> Store:
    """Return a store of which nothing is known but its address; its server ignores conditions."""
    return replace(store, root=None)


def left_behind(store: Store, token: str, age_s: float = 0.0) -> None:
    """Leave the claim of a writer that ended."""
    assert store.root is not None
    path = store.root / claim_prefix("a.json") / token
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"claim")
    os.utime(path, (path.stat().st_mtime - age_s,) * 2)


def test_create_where_conditions_are_ignored_has_one_winner_and_leaves_no_claim(remote: Store) -> None:
    won = in_parallel(lambda number: create(remote, "a.json", f"writer {number}".encode()), range(6))
    assert won.count(True) == 1
    assert remote.get("a.json") == f"writer {won.index(True)}".encode()
    assert list(remote.keys("scratch/")) == []


def test_create_by_two_commands_in_one_folder_has_one_winner(tmp_path: Path) -> None:
    with embedded_store(tmp_path) as one, embedded_store(tmp_path) as other:
        won = in_parallel(lambda number: create((one, other)[number % 2], "a.json", f"{number}".encode()), range(16))
    assert won.count(True) == 1
    assert (tmp_path / "artifacts/a.json").read_bytes() == f"{won.index(True)}".encode()


def test_update_by_two_commands_in_one_folder_loses_none(tmp_path: Path) -> None:
    def appended(number: int) -> None:
        update(
            (one, other)[number % 2],
            "a.json",
            lambda current: json.dumps([*json.loads(current or b"[]"), number]).encode(),
        )

    with embedded_store(tmp_path) as one, embedded_store(tmp_path) as other:
        in_parallel(appended, range(16))
    assert sorted(json.loads((tmp_path / "artifacts/a.json").read_bytes())) == list(range(16))


@pytest.mark.parametrize("token", ["0" * 32, "f" * 32], ids=["before ours", "after ours"])
def test_claim_of_a_writer_that_ended_lapses_and_is_removed(token: str, store: Store, remote: Store) -> None:
    left_behind(store, token, age_s=21)
    assert create(remote, "a.json", b"mine")
    assert list(remote.keys("scratch/")) == []


@pytest.mark.parametrize("token", ["0" * 32, "f" * 32], ids=["before ours", "after ours"])
def test_claim_that_another_keeps_is_respected_and_said(
    token: str, store: Store, remote: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ablation.store.conditions.exclusion.WAIT_S", 0.1)
    left_behind(store, token, age_s=10)
    with pytest.raises(StoreError, match="others keep writing"):
        create(remote, "a.json", b"mine")
    assert not remote.exists("a.json")
    assert [item.key for item in remote.keys("scratch/")] == [f"{claim_prefix('a.json')}{token}"]


def test_create_on_a_taken_key_leaves_what_is_there(store: Store, remote: Store) -> None:
    assert create(remote, "a.json", b"first")
    assert not create(store, "a.json", b"second")
    assert create(store, "a.json", b"first")
    assert store.get("a.json") == b"first"
