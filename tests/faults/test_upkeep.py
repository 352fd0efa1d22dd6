"""Copying runs out of a store, and collecting its garbage, while requests fail."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from ablation.store import StoreError, blob_key, pull_run, repair_run, resolve_run, sweep_garbage, verify_run
from ablation.store.objects.store import Store
from tests.faults.proxy import Fault, FaultProxy, Request
from tests.store.upkeep.published import MONTH, X, Y, blob, commit, keys, kinds, long_ago, train, twice

pytestmark = pytest.mark.faults

FOLDER = "/studies/demo/run-1/"


@pytest.mark.parametrize("fault", ["busy", "broken", "cut answer"])
def test_run_is_pulled_whole_where_a_third_of_the_answers_fails(
    fault: Fault, store: Store, beside: Store, proxy: FaultProxy, tmp_path: Path
) -> None:
    run = commit(beside, "run-1", train(beside, X))
    chance = random.Random(0)
    proxy.decide = lambda request: fault if FOLDER in request.path and chance.random() < 0.3 else None
    assert pull_run(store, run, tmp_path / "copy").fetched == 5
    assert (tmp_path / "copy" / "variants/l2/seed-0/model.keras").read_bytes() == b"weights"
    assert not list((tmp_path / "copy").rglob("*.part"))


def test_pull_whose_store_goes_away_goes_on_when_it_is_back(
    store: Store, beside: Store, proxy: FaultProxy, tmp_path: Path
) -> None:
    run = commit(beside, "run-1", train(beside, X))
    proxy.decide = lambda request: "broken" if request.path.endswith("model.keras") else None
    with pytest.raises(StoreError):
        pull_run(replace(store, patience_s=0.0), run, tmp_path / "copy")
    assert not (tmp_path / "copy" / "manifest.json").exists()
    proxy.decide = lambda request: None
    assert pull_run(store, run, tmp_path / "copy").present >= 1
    assert (tmp_path / "copy" / "manifest.json").exists()


@pytest.mark.parametrize("nth", [2, 3, 6, 9])
def test_collection_that_breaks_off_leaves_every_run_whole_and_the_next_one_finishes_it(
    nth: int, store: Store, beside: Store, proxy: FaultProxy
) -> None:
    with long_ago(beside):
        commit(beside, "run-1", train(beside, Y, b"own"))
        kept = commit(beside, "run-2", train(beside, X, b"kept"))
        twice(beside)
        blob(beside, b"nobody's")
    deletes: list[str] = []

    def fail_from_the_nth_delete_on(request: Request) -> Fault | None:
        if request.method == "DELETE":
            deletes.append(request.path)
        return "broken" if len(deletes) >= nth else None

    proxy.decide = fail_from_the_nth_delete_on
    with pytest.raises(StoreError):
        sweep_garbage(replace(store, patience_s=0.0), MONTH)
    assert verify_run(beside, kept).is_whole
    proxy.decide = lambda request: None
    sweep_garbage(store, MONTH)
    assert kinds(beside, MONTH) == []
    assert verify_run(beside, resolve_run(beside, "latest")).is_whole
    assert keys(beside, "studies/demo/run-1/") == set()


@pytest.mark.parametrize("fault", ["busy", "broken", "cut answer"])
def test_damaged_model_is_restored_where_a_third_of_the_answers_fails(
    fault: Fault, store: Store, beside: Store, proxy: FaultProxy
) -> None:
    outcome = train(beside, X)
    run = commit(beside, "run-1", outcome)
    beside.put(blob_key(outcome.files["model.keras"].sha256), b"WEIGHTS")
    chance = random.Random(0)
    proxy.decide = lambda request: fault if request.method == "GET" and chance.random() < 0.3 else None
    assert [repair.action for repair in repair_run(store, run).repairs] == ["restored"]
    assert verify_run(beside, run).is_whole


def test_repair_whose_store_goes_away_removes_nothing_and_the_next_one_finishes_it(
    store: Store, beside: Store, proxy: FaultProxy
) -> None:
    outcome = train(beside, X)
    run = commit(beside, "run-1", outcome)
    beside.put(blob_key(outcome.files["model.keras"].sha256), b"WEIGHTS")
    before = keys(beside)
    proxy.decide = lambda request: "broken" if request.method == "PUT" else None
    with pytest.raises(StoreError):
        repair_run(replace(store, patience_s=0.0), run)
    assert keys(beside) == before
    proxy.decide = lambda request: None
    assert repair_run(store, run).is_whole
    assert verify_run(beside, run).is_whole
