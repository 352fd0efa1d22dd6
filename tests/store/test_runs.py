from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ablation.records import BlobRef, RunManifest
from ablation.store import (
    BlobCorrupt,
    KeyInvalid,
    KeyMissing,
    KeyTaken,
    ManifestCorrupt,
    RunFile,
    RunUnknown,
    Store,
    UploadIncomplete,
    get_run_file,
    honours_conditions,
    latest_key,
    list_runs,
    publish_run,
    put_blob,
    read_run,
    resolve_run,
    run_manifest_key,
)
from ablation.store.publishing.publication import advance_latest
from ablation.store.transport.parallel import in_parallel

RUN = "20261121-0412-7f3a"


def draft(run_id: str = RUN, study: str = "demo", headline: str = "l2 helps") -> RunManifest:
    return RunManifest(
        study=study,
        run_id=run_id,
        status="complete",
        headline=headline,
        finished_at=datetime(2026, 11, 21, tzinfo=UTC),
        wall_s=1.5,
        trials={"trained": 2, "cached": 1},
        files=(),
    )


def latest_run_id(store: Store, study: str = "demo") -> str:
    return str(json.loads(store.get(latest_key(study)))["run_id"])


def test_published_run_is_read_back_with_its_files(store: Store, tmp_path: Path) -> None:
    (tmp_path / "page").write_bytes(b"<p>hello")
    blob = put_blob(store, b"weights", "application/zip")
    files: dict[str, RunFile] = {
        "index.html": tmp_path / "page",
        "variants/l2/seed-0/model.keras": blob,
        "effects.json": b"{}",
    }
    published = publish_run(store, draft(), files)
    assert read_run(store, "demo", RUN) == published
    assert [file.path for file in published.files] == ["effects.json", "index.html", "variants/l2/seed-0/model.keras"]
    assert get_run_file(store, published, "index.html") == b"<p>hello"
    assert get_run_file(store, published, "variants/l2/seed-0/model.keras") == b"weights"


def test_published_files_have_their_type_on_the_wire(store: Store) -> None:
    blob = put_blob(store, b"a,b\n", "text/csv; charset=utf-8")
    publish_run(store, draft(), {"index.html": b"<p>", "variants/l2/seed-0/history.csv": blob})
    page = store.head(f"studies/demo/{RUN}/index.html")
    table = store.head(f"studies/demo/{RUN}/variants/l2/seed-0/history.csv")
    assert page is not None
    assert table is not None
    assert (page.content_type, table.content_type) == ("text/html; charset=utf-8", "text/csv; charset=utf-8")


def test_run_with_a_failing_file_is_not_committed(store: Store, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        publish_run(store, draft(), {"a.json": b"{}", "z.csv": tmp_path / "not-there"})
    assert not store.exists(run_manifest_key("demo", RUN))
    assert not store.exists(latest_key("demo"))
    assert list_runs(store) == []


def test_run_with_a_missing_blob_is_not_committed(store: Store) -> None:
    lost = BlobRef(sha256="a" * 64, bytes=1, content_type="application/zip")
    with pytest.raises(KeyMissing, match="blobs/sha256/aa/"):
        publish_run(store, draft(), {"model.keras": lost})
    assert list_runs(store) == []


@pytest.mark.parametrize("left", [None, b"12"], ids=["missing", "cut off"])
def test_file_of_a_run_that_did_not_arrive_whole_is_sent_again(left: bytes | None, store: Store) -> None:
    key = f"studies/demo/{RUN}/a.csv"

    def drawn() -> Iterator[tuple[str, bytes]]:
        assert any(store.exists(key) for _ in range(1000))  # it is sent while this is drawn
        store.delete(key)
        if left is not None:
            store.put(key, left)
        yield "index.html", b"<p>"

    committed = publish_run(store, draft(), {"a.csv": b"1,2"}, drawn())
    assert get_run_file(store, committed, "a.csv") == b"1,2"
    assert list_runs(store) == [committed]


def test_run_whose_file_never_arrives_whole_is_not_committed(store: Store, tmp_path: Path) -> None:
    growing = tmp_path / "log.txt"
    growing.write_bytes(b"1,2")

    def drawn() -> Iterator[tuple[str, bytes]]:
        assert any(store.exists(f"studies/demo/{RUN}/log.txt") for _ in range(1000))  # its size is noted
        growing.write_bytes(b"1,2,3")
        store.delete(f"studies/demo/{RUN}/log.txt")
        yield "index.html", b"<p>"

    with pytest.raises(UploadIncomplete, match=r"log\.txt: 3 bytes were sent, the store has 5 bytes"):
        publish_run(store, draft(), {"log.txt": growing}, drawn())
    assert list_runs(store) == []


def test_run_with_a_file_that_cannot_be_drawn_is_not_committed(store: Store) -> None:
    def drawn() -> Iterator[tuple[str, bytes]]:
        yield "effects.svg", b"<svg/>"
        raise ValueError("no such mark")

    with pytest.raises(ValueError, match="no such mark"):
        publish_run(store, draft(), {"a.csv": b"1,2"}, drawn())
    assert list_runs(store) == []


def test_run_lists_its_files_by_path_also_those_that_were_drawn(store: Store) -> None:
    published = publish_run(
        store, draft(), {"b.csv": b"1", "d.csv": b"2"}, iter([("c.svg", b"<svg/>"), ("a.svg", b"")])
    )
    assert [file.path for file in published.files] == ["a.svg", "b.csv", "c.svg", "d.csv"]


def test_run_of_70_copies_asks_for_each_once_and_lists_its_folder_once(store: Store) -> None:
    blob = put_blob(store, b"1,2", "text/csv")
    wanted = {f"variants/l2/seed-{number}/history.csv": blob for number in range(70)}
    requests: list[str] = []
    store.client.meta.events.register(
        "before-send.s3", lambda event_name, **_: requests.append(event_name), unique_id="count"
    )
    try:
        publish_run(store, draft(), wanted)
    finally:
        store.client.meta.events.unregister("before-send.s3", unique_id="count")
    assert requests.count("before-send.s3.CopyObject") == 70
    assert requests.count("before-send.s3.ListObjectsV2") == 1
    assert requests.count("before-send.s3.HeadObject") <= 1  # of the manifest, where conditions are ignored


def test_run_that_failed_can_be_published_again(store: Store, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        publish_run(store, draft(), {"z.csv": tmp_path / "not-there"})
    publish_run(store, draft(), {"z.csv": b"1"})
    assert [run.run_id for run in list_runs(store)] == [RUN]


def test_publish_run_again_with_the_same_content_is_nothing(store: Store) -> None:
    first = publish_run(store, draft(), {"a.json": b"{}"})
    assert publish_run(store, draft(), {"a.json": b"{}"}) == first


def test_publish_run_under_a_taken_id_is_refused(store: Store) -> None:
    first = publish_run(store, draft(), {"a.json": b"{}"})
    with pytest.raises(KeyTaken, match="Start a new run"):
        publish_run(store, draft(headline="another"), {"a.json": b"{}"})
    assert read_run(store, "demo", RUN) == first


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/x", "a//b", "manifest.json", "a\\b", ""])
def test_path_that_leaves_the_run_is_refused_before_anything_is_written(path: str, store: Store) -> None:
    with pytest.raises(KeyInvalid):
        publish_run(store, draft(), {"a.json": b"{}", path: b"x"})
    assert list(store.keys()) == []


@pytest.mark.parametrize(
    ("study", "run_id"), [("../x", RUN), ("Demo", RUN), ("", RUN), ("demo", ".."), ("demo", "latest")]
)
def test_names_that_are_none_of_a_run_are_refused(study: str, run_id: str, store: Store) -> None:
    with pytest.raises(KeyInvalid):
        publish_run(store, draft(run_id, study), {})


def test_latest_names_the_newest_run_whatever_the_order(store: Store) -> None:
    for run_id in ("20261121-02", "20261121-03", "20261121-01"):
        publish_run(store, draft(run_id), {})
    assert latest_run_id(store) == "20261121-03"


def test_latest_that_is_damaged_is_repaired(store: Store) -> None:
    store.put(latest_key("demo"), b"not json")
    publish_run(store, draft(), {})
    assert latest_run_id(store) == RUN


def test_latest_from_many_threads_ends_at_the_greatest(store: Store) -> None:
    in_parallel(lambda number: advance_latest(store, "demo", f"run-{number:02}"), range(16))
    advance_latest(store, "demo", "run-15")
    assert latest_run_id(store) == "run-15"


def test_embedded_store_is_known_to_ignore_conditions(store: Store) -> None:
    assert not honours_conditions(store)
    assert list(store.keys("scratch/")) == []


def test_list_runs_is_sorted_by_run_id(store: Store) -> None:
    publish_run(store, draft("run-3", "b"), {})
    publish_run(store, draft("run-1", "b"), {})
    publish_run(store, draft("run-2", "a"), {})
    assert [run.run_id for run in list_runs(store)] == ["run-1", "run-2", "run-3"]
    assert [run.run_id for run in list_runs(store, "b")] == ["run-1", "run-3"]


def test_list_runs_logs_and_leaves_out_a_damaged_manifest(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    publish_run(store, draft("run-1"), {})
    store.put(run_manifest_key("demo", "run-2"), b"{")
    assert [run.run_id for run in list_runs(store)] == ["run-1"]
    assert "studies/demo/run-2/manifest.json" in caplog.text


def test_read_run_with_a_damaged_manifest_says_which(store: Store) -> None:
    store.put(run_manifest_key("demo", RUN), b"{}")
    with pytest.raises(ManifestCorrupt, match=f"studies/demo/{RUN}/manifest.json"):
        read_run(store, "demo", RUN)


def test_read_run_that_was_not_committed_is_key_missing(store: Store) -> None:
    with pytest.raises(KeyMissing):
        read_run(store, "demo", RUN)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("20261121-0412-7f3a", RUN), ("20261121", RUN), ("2025", "20250101-0000-aaaa"), ("latest", RUN)],
)
def test_resolve_run_takes_an_id_a_prefix_or_latest(name: str, expected: str, store: Store) -> None:
    publish_run(store, draft(RUN), {})
    publish_run(store, draft("20250101-0000-aaaa", "other"), {})
    assert resolve_run(store, name).run_id == expected


def test_resolve_run_prefers_the_exact_id_to_a_longer_one(store: Store) -> None:
    publish_run(store, draft("run-1"), {})
    publish_run(store, draft("run-10"), {})
    assert resolve_run(store, "run-1").run_id == "run-1"


def test_resolve_run_of_an_ambiguous_prefix_lists_them(store: Store) -> None:
    publish_run(store, draft("run-1"), {})
    publish_run(store, draft("run-2"), {})
    with pytest.raises(RunUnknown, match=r"'run' fits 2 runs: demo/run-1, demo/run-2"):
        resolve_run(store, "run")


def test_resolve_run_of_an_unknown_name_lists_near_ones(store: Store) -> None:
    publish_run(store, draft(RUN), {})
    with pytest.raises(RunUnknown, match=r"no run '20261121-0412-7f3b'.*Near: 20261121-0412-7f3a"):
        resolve_run(store, "20261121-0412-7f3b")


def test_resolve_run_of_a_study_names_its_newest_run(store: Store) -> None:
    for run_id, study in (("run-1", "quickstart"), ("run-2", "quickstart"), ("run-3", "other")):
        publish_run(store, draft(run_id, study), {})
    with pytest.raises(RunUnknown, match=r"no run 'quickstart'.*quickstart is a study; its newest run is run-2\.$"):
        resolve_run(store, "quickstart")


def test_resolve_run_latest_passes_over_a_run_without_manifest(store: Store) -> None:
    publish_run(store, draft("run-1"), {})
    store.put("studies/demo/run-2/index.html", b"<p>")
    assert resolve_run(store, "latest").run_id == "run-1"


def test_resolve_run_of_an_empty_store_says_how_to_make_one(store: Store) -> None:
    with pytest.raises(RunUnknown, match="ablate run SPEC"):
        resolve_run(store, "latest")


def test_resolve_run_in_one_study_ignores_the_others(store: Store) -> None:
    publish_run(store, draft("run-1", "a"), {})
    publish_run(store, draft("run-2", "b"), {})
    assert resolve_run(store, "latest", "a").run_id == "run-1"


def test_get_run_file_of_changed_bytes_names_the_key(store: Store) -> None:
    manifest = publish_run(store, draft(), {"index.html": b"<p>"})
    store.put(f"studies/demo/{RUN}/index.html", b"<q>")
    with pytest.raises(BlobCorrupt, match=r"index\.html"):
        get_run_file(store, manifest, "index.html")


def test_get_run_file_that_is_none_of_the_run_lists_near_ones(store: Store) -> None:
    manifest = publish_run(store, draft(), {"index.html": b"<p>"})
    with pytest.raises(KeyMissing, match=r"no file 'index.htm'. Near: index.html"):
        get_run_file(store, manifest, "index.htm")
