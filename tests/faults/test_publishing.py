"""What a store looks like after faults while something is published: as before, or as after, never in between."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from ablation.store import (
    StoreUnreachable,
    blob_key,
    find_trial,
    get_blob,
    get_run_file,
    latest_key,
    list_runs,
    put_blob,
    resolve_run,
)
from ablation.store.embedded import EmbeddedServer
from ablation.store.objects.store import Store
from ablation.store.transport.client import WORKING
from ablation.store.transport.parallel import in_parallel
from tests.conftest import ROOT
from tests.faults.conftest import store_at
from tests.faults.proxy import Fault, FaultProxy, Request
from tests.faults.publishing import PAGE, STUDY, files_of, fingerprint_of, outcome_of, publish

pytestmark = pytest.mark.faults

OLD, NEW = "20261121-000000-aaaaaa", "20261121-000001-bbbbbb"
SOMETIMES = 0.1
UPLOADS = {"PUT", "POST"}


def sometimes(fault: Fault, methods: set[str]) -> Callable[[Request], Fault | None]:
    """Return what lets some requests fail, the same ones each time."""
    chance = random.Random(0)
    return lambda request: fault if request.method in methods and chance.random() < SOMETIMES else None


@pytest.mark.parametrize(
    ("fault", "methods"),
    [
        ("busy", {"GET", "PUT", "HEAD", "POST", "DELETE"}),
        ("broken", {"GET", "PUT", "HEAD", "POST", "DELETE"}),
        ("slow", {"GET", "PUT", "HEAD", "POST", "DELETE"}),
        ("cut upload", UPLOADS),
        ("lost answer", UPLOADS),
        ("cut answer", {"GET"}),
    ],
)
def test_everything_is_published_whole_where_a_tenth_of_the_requests_fails(
    fault: Fault, methods: set[str], store: Store, beside: Store, proxy: FaultProxy
) -> None:
    proxy.decide = sometimes(fault, methods)
    contents = [f"content {number}".encode() * 100 for number in range(30)]
    refs = in_parallel(lambda content: put_blob(store, content, "text/plain"), contents)
    publish(store, NEW)

    assert [get_blob(beside, ref) for ref in refs] == contents
    assert [get_blob(store, ref) for ref in refs] == contents
    assert_whole(beside, {NEW})


def test_uploads_are_cut_in_the_middle_each_first_time_and_arrive_whole(
    store: Store, beside: Store, proxy: FaultProxy
) -> None:
    seen: set[str] = set()

    def decide(request: Request) -> Fault | None:
        is_first = request.method == "PUT" and request.path not in seen
        seen.add(request.path)
        return "cut upload" if is_first else None

    proxy.decide = decide
    publish(store, NEW)
    assert_whole(beside, {NEW})


def test_requests_that_are_never_answered_are_asked_again(
    server: EmbeddedServer, beside: Store, proxy: FaultProxy
) -> None:
    proxy.decide = lambda request: "hung" if request.number in (2, 5) else None
    hasty = replace(WORKING, read_s=1)
    publish(store_at(proxy.address, server.credentials, hasty), NEW)
    assert_whole(beside, {NEW})


def test_store_that_is_away_for_longer_than_a_client_asks_costs_nothing(
    store: Store, beside: Store, proxy: FaultProxy
) -> None:
    proxy.decide = lambda request: "busy" if request.number < 12 else None  # botocore gives up after three
    publish(store, NEW)
    assert_whole(beside, {NEW})


def test_store_that_stays_away_is_said_to_be_in_one_line(store: Store, proxy: FaultProxy) -> None:
    proxy.decide = lambda request: "busy"
    with pytest.raises(StoreUnreachable) as raised:
        put_blob(replace(store, patience_s=0.0), b"content", "text/plain")
    assert str(raised.value).count("\n") == 0
    assert "503" in str(raised.value)


def test_bucket_that_forbids_deletes_gets_everything(store: Store, beside: Store, proxy: FaultProxy) -> None:
    proxy.decide = lambda request: "forbidden" if request.method == "DELETE" else None
    publish(store, NEW)
    assert_whole(beside, {NEW})


def test_publisher_killed_between_any_two_requests_leaves_the_old_state_or_the_new(
    server: EmbeddedServer, proxy: FaultProxy, beside: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ablation.store.conditions.exclusion.CLAIM_S", 0.5)  # else 20 s for the killed one
    publish_in_process(server, proxy, OLD)
    first = len(proxy.requests)
    publish_in_process(server, proxy, NEW)
    in_all = len(proxy.requests) - first
    for count in range(in_all):
        forget(beside, NEW, newest=OLD)
        killed = publish_in_process(server, proxy, NEW, kill_before=len(proxy.requests) + count)
        assert killed.returncode == -9, f"request {count} of {in_all}"
        assert_whole(beside, {OLD}, frozenset({NEW}))
        publish(beside, NEW)
        assert_whole(beside, {OLD, NEW})


def assert_whole(store: Store, runs: set[str], perhaps: frozenset[str] = frozenset()) -> None:
    """See what a reader sees: the runs, perhaps others, each with all of its files, and their trials or none."""
    seen = {run.run_id: run for run in list_runs(store, STUDY)}
    assert runs <= set(seen) <= runs | perhaps
    for run_id, run in seen.items():
        contents = {file.path: get_run_file(store, run, file.path) for file in run.files}
        assert contents == {"index.html": PAGE, **files_of(run_id)}
    for run_id in runs | perhaps:
        trial = find_trial(store, fingerprint_of(run_id))
        assert trial is not None or run_id not in seen
        if trial is not None:
            assert trial == outcome_of(run_id, trial.files)
            assert {name: get_blob(store, ref) for name, ref in trial.files.items()} == files_of(run_id)
    assert json.loads(store.get(latest_key(STUDY)))["run_id"] in seen
    assert resolve_run(store, "latest").run_id == max(seen)


def publish_in_process(
    server: EmbeddedServer, proxy: FaultProxy, run_id: str, kill_before: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Publish in a process of its own; `kill_before`: the number of the request that it does not live to see done."""
    keys = {"KEY": server.credentials.access_key, "SECRET": server.credentials.secret_key}
    command = [sys.executable, "-m", "tests.faults.publishing", proxy.address, run_id]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **keys}, stderr=subprocess.PIPE, text=True) as process:

        def decide(request: Request) -> Fault | None:
            if request.number != kill_before:
                return None
            process.kill()
            process.wait()
            return "busy"

        proxy.decide = decide
        errors = process.stderr.read() if process.stderr else ""
    assert kill_before is not None or process.returncode == 0, errors
    return subprocess.CompletedProcess(command, process.returncode, "", errors)


def forget(store: Store, run_id: str, newest: str) -> None:
    """Undo what a publication did: the run's files, the pointer, the trial, its blobs."""
    for folder in (f"studies/{STUDY}/{run_id}/", f"trials/{fingerprint_of(run_id)}/"):
        for item in list(store.keys(folder)):
            store.delete(item.key)
    for content in set(files_of(run_id).values()) - set(files_of(newest).values()):
        store.delete(blob_key(hashlib.sha256(content).hexdigest()))
    pointer = {"run_id": newest, "manifest": f"studies/{STUDY}/{newest}/manifest.json"}
    store.put(latest_key(STUDY), json.dumps(pointer).encode())
