from __future__ import annotations

import json

import pytest

from ablation.records import RunManifest
from ablation.settings import Settings
from ablation.store import (
    KeyTaken,
    RunFile,
    Store,
    get_run_file,
    latest_key,
    list_runs,
    open_store,
    publish_run,
    put_blob,
    read_run,
    resolve_run,
)
from tests.store.contract.writers import Writers, draft, publish_one_run

pytestmark = pytest.mark.servers


def files(store: Store) -> dict[str, RunFile]:
    weights = put_blob(store, b"weights", "application/zip")
    return {"index.html": b"<p>", "effects.json": b"{}", "variants/l2/seed-0/model.keras": weights}


def test_published_run_is_read_back_with_its_files_and_types(store: Store) -> None:
    published = publish_run(store, draft("run-1"), files(store))
    assert list_runs(store) == [read_run(store, "demo", "run-1")] == [published]
    assert get_run_file(store, published, "variants/l2/seed-0/model.keras") == b"weights"
    heads = [store.head(f"studies/demo/run-1/{file.path}") for file in published.files]
    assert [head and head.content_type for head in heads] == [file.content_type for file in published.files]


def test_run_under_a_taken_id_is_refused_and_the_first_stays(store: Store) -> None:
    first = publish_run(store, draft("run-1"), {"a.json": b"{}"})
    with pytest.raises(KeyTaken, match="Start a new run"):
        publish_run(store, draft("run-1", "another"), {"a.json": b"{}"})
    assert read_run(store, "demo", "run-1") == first


def test_run_under_one_id_from_several_processes_is_one_of_them(store: Store, writers: Writers) -> None:
    rounds = writers.race(publish_one_run, store, 4)
    assert [committed.count(True) for committed in rounds] == [1] * 4
    assert [run.headline for run in list_runs(store)] == [f"of writer {won.index(True)}" for won in rounds]


def test_latest_names_the_newest_run_whatever_the_order(store: Store) -> None:
    for run_id in ("run-2", "run-3", "run-1"):
        publish_run(store, draft(run_id), {})
    assert json.loads(store.get(latest_key("demo")))["run_id"] == resolve_run(store, "latest").run_id == "run-3"


def test_reader_between_any_two_requests_sees_none_of_a_run_or_the_whole(store: Store, uri: str) -> None:
    wanted = files(store)
    seen: list[list[RunManifest]] = []
    with open_store(Settings(store=uri)) as reader:
        store.client.meta.events.register("before-send.s3", lambda **_: seen.append(whole_runs(reader)))
        published = publish_run(store, draft("run-1"), wanted)
        seen.append(whole_runs(reader))
    assert len(seen) >= 8
    assert seen[0] == []
    assert seen[-1] == [published]
    assert all(runs in ([], [published]) for runs in seen)


def whole_runs(reader: Store) -> list[RunManifest]:
    """Return the committed runs, after each file of each was read and verified."""
    runs = list_runs(reader)
    for run in runs:
        assert len(run.files) == 3
        for file in run.files:
            get_run_file(reader, run, file.path)
    return runs
