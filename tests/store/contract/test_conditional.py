from __future__ import annotations

import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from threading import Event
from typing import Any

import pytest

from ablation.settings import Settings
from ablation.store import ConditionalWrites, Store, conditional_writes, latest_key, open_store
from ablation.store.conditions.conditional import create, update
from ablation.store.errors import ConditionUnsupported, KeyTaken
from ablation.store.transport.parallel import in_parallel
from tests.servers.server import S3Server
from tests.store.contract.writers import COUNT, Writers, advance, append, create_one

pytestmark = pytest.mark.servers

REFUSAL: dict[ConditionalWrites, Callable[[], AbstractContextManager[object]]] = {
    "enforced": lambda: pytest.raises(KeyTaken),
    "refused": lambda: pytest.raises(ConditionUnsupported),
    "ignored": nullcontext,
}


def test_conditional_writes_are_what_the_server_is_known_for(store: Store, server: S3Server) -> None:
    assert conditional_writes(store) == server.if_absent
    assert list(store.keys()) == []


def test_put_on_a_taken_key_if_absent_is_as_the_server_does_it(store: Store, server: S3Server) -> None:
    store.put("a.json", b"first", if_absent=True)
    with REFUSAL[server.if_absent]():
        store.put("a.json", b"second", if_absent=True)
    assert store.get("a.json") == (b"second" if server.if_absent == "ignored" else b"first")


def test_put_on_a_changed_object_if_match_is_as_the_server_does_it(store: Store, server: S3Server) -> None:
    store.put("a.json", b"first")
    _, etag = store.read("a.json")
    store.put("a.json", b"second")
    with REFUSAL[server.if_match]():
        store.put("a.json", b"third", if_match=etag)
    assert store.get("a.json") == (b"third" if server.if_match == "ignored" else b"second")


def test_create_says_whose_the_object_is(store: Store) -> None:
    assert create(store, "a.json", b"first")
    assert create(store, "a.json", b"first")
    assert not create(store, "a.json", b"second")
    assert store.get("a.json") == b"first"


def test_create_from_many_threads_has_one_winner(store: Store) -> None:
    won = in_parallel(lambda number: create(store, "a.json", f"thread {number}".encode()), range(16))
    assert won.count(True) == 1
    assert store.get("a.json") == f"thread {won.index(True)}".encode()


def test_create_while_the_body_of_another_is_under_way_has_one_winner(
    store: Store, uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Two threads as two processes are: no lock of this process between them.
    monkeypatch.setattr("ablation.store.conditions.exclusion._threads", [nullcontext()])
    first, second = HalfSent(b"first writer"), HalfSent(b"second writer")
    with open_store(Settings(store=uri)) as other, ThreadPoolExecutor(2) as pool:
        store.client.meta.events.register("before-send.s3.PutObject", first.slow_down)
        other.client.meta.events.register("before-send.s3.PutObject", second.slow_down)
        ends = [pool.submit(create, store, "a.json", b"first writer")]
        assert first.is_under_way.wait(30)
        ends.append(pool.submit(create, other, "a.json", b"second writer"))
        second.is_under_way.wait(1.5)  # where nothing keeps them apart
        first.go_on.set()
        ends[0].result(60)
        second.go_on.set()
        won = [end.result(60) for end in ends]
    assert won.count(True) == 1
    assert store.get("a.json") == (b"first writer", b"second writer")[won.index(True)]


class HalfSent(io.BytesIO):
    """The body of a put, of which the second half is sent when it may go on."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.is_under_way, self.go_on = Event(), Event()

    def slow_down(self, request: Any, **_: object) -> None:
        if request.url.endswith("/a.json"):
            request.body = self

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() == 0:
            return super().read(4)
        self.is_under_way.set()
        self.go_on.wait(30)
        return super().read(size)


@pytest.mark.slow
def test_create_from_several_processes_has_one_winner_each_time(store: Store, writers: Writers) -> None:
    rounds = writers.race(create_one, store, 15)
    assert [won.count(True) for won in rounds] == [1] * 15
    found = [store.get(f"created/{each:02}.json") for each in range(15)]
    assert found == [f"writer {won.index(True)}".encode() for won in rounds]
    assert list(store.keys("scratch/")) == []


@pytest.mark.slow
def test_update_from_several_processes_loses_none(store: Store, writers: Writers) -> None:
    writers.race(append, store, 8)
    expected = [[writer, each] for writer in range(COUNT) for each in range(8)]
    assert sorted(json.loads(store.get("list.json"))) == expected


def test_update_that_changes_nothing_writes_nothing(store: Store) -> None:
    update(store, "a.json", lambda current: None)
    assert not store.exists("a.json")


@pytest.mark.slow
def test_latest_from_several_processes_ends_at_the_greatest(store: Store, writers: Writers) -> None:
    writers.race(advance, store, 8)
    assert json.loads(store.get(latest_key("demo")))["run_id"] == f"run-07-{COUNT - 1}"
