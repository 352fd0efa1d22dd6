"""Removing garbage: in an order, after another look, and not at all where it is forbidden."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ablation.store import (
    Ages,
    DeleteForbidden,
    Store,
    blob_key,
    list_runs,
    mark_garbage,
    pin_run,
    pinned_runs,
    put_blob,
    resolve_run,
    run_manifest_key,
    sweep_garbage,
    take_survey,
    trial_manifest_key,
    unpin_run,
    verify_run,
)
from ablation.store.upkeep.clock import store_time
from tests.store.upkeep.answers import dated, forbidding, on
from tests.store.upkeep.published import DAY, MONTH, X, Y, Z, commit, keys, long_ago, train, weights_of

FAR_AHEAD = "Wed, 25 Nov 2099 04:12:00 GMT"


def requests(store: Store) -> tuple[list[str], Any]:
    """Return a list that is filled with the operations and URLs the client sends, and the context that fills it."""
    seen: list[str] = []

    def note(request: Any, event_name: str, **_: Any) -> None:
        seen.append(f"{event_name.rpartition('.')[2]} {request.url.partition(store.prefix)[2]}")

    return seen, on(store, "before-send.s3", note)


def old_run(store: Store) -> str:
    """Make a run that is old and not held, and return its manifest's key."""
    with long_ago(store):
        commit(store, "run-1", train(store, X))
        commit(store, "run-2")
    return run_manifest_key("demo", "run-1")


def test_looking_writes_and_removes_nothing(store: Store) -> None:
    old_run(store)
    seen, noting = requests(store)
    with noting:
        assert mark_garbage(take_survey(store, MONTH)).garbage
    assert {line.split()[0] for line in seen} <= {"ListObjectsV2", "GetObject", "HeadObject", "ListMultipartUploads"}


def test_manifest_of_a_run_goes_first_then_its_files_then_its_trials_then_blobs(store: Store) -> None:
    manifest = old_run(store)
    seen, noting = requests(store)
    with noting:
        sweep_garbage(store, MONTH)
    deleted = [line.split()[1] for line in seen if line.startswith("DeleteObject")]
    assert deleted[0].startswith("scratch/")  # asks whether it may
    assert deleted[1] == manifest
    order = [key.split("/")[0] for key in deleted[2:]]
    assert order == sorted(order, key=["studies", "trials", "blobs"].index)
    assert set(order) == {"studies", "trials", "blobs"}


def test_removing_one_of_two_runs_that_share_trials_leaves_the_other_whole(store: Store) -> None:
    with long_ago(store):
        shared, own = train(store, X, b"shared"), train(store, Y, b"own", "plain")
        commit(store, "run-1", shared, own)
        kept = commit(store, "run-2", shared)
    sweep_garbage(store, MONTH)
    assert [run.run_id for run in list_runs(store)] == ["run-2"]
    assert verify_run(store, kept).is_whole
    assert weights_of(store, shared) == b"shared"
    assert not store.exists(blob_key(own.files["model.keras"].sha256))
    assert keys(store, "studies/demo/run-1/") == set()


@pytest.mark.slow
def test_interrupted_removal_of_a_run_is_finished_by_the_next(store: Store) -> None:
    store.delete(old_run(store))
    sweep_garbage(store, DAY)
    assert keys(store, "studies/demo/run-1/") == set()
    assert verify_run(store, resolve_run(store, "run-2")).is_whole


def test_blob_that_a_trial_names_since_it_was_marked_stays(store: Store) -> None:
    manifest = old_run(store)
    with long_ago(store):
        ref = put_blob(store, b"from a run that was killed", "application/zip")

    def publish(request: Any, **_: Any) -> None:
        if request.url.endswith(manifest):
            store.put(trial_manifest_key(Z, 1), b'{"model": "%s"}' % ref.sha256.encode())

    with on(store, "before-send.s3.DeleteObject", publish):
        sweep_garbage(store, MONTH)
    assert not store.exists(manifest)
    assert store.exists(blob_key(ref.sha256))


def test_blob_that_was_written_again_right_before_stays(store: Store) -> None:
    with long_ago(store):
        ref = put_blob(store, b"weights", "application/zip")

    def write_again(request: Any, **_: Any) -> None:
        if ref.sha256 in request.url:  # the last look at it
            store.put(blob_key(ref.sha256), b"weights")

    with on(store, "before-send.s3.ListObjectsV2", write_again):
        assert sweep_garbage(store, DAY).garbage == ()
    assert store.exists(blob_key(ref.sha256))


def test_run_that_is_pinned_since_it_was_marked_stays(store: Store) -> None:
    manifest = old_run(store)
    run = resolve_run(store, "run-1")

    asked: list[str] = []

    def pin(request: Any, **_: Any) -> None:  # the survey's last question
        asked.append(request.url)
        pin_run(store, run)

    with on(store, "before-send.s3.ListMultipartUploads", pin):
        sweep_garbage(store, MONTH)
    assert asked
    assert store.exists(manifest)
    assert verify_run(store, run).is_whole


def test_old_trial_stays_when_a_run_began_right_before(store: Store) -> None:
    with long_ago(store):
        outcome = train(store, X)
    surveys: list[str] = []

    def begin(request: Any, **_: Any) -> None:  # after the survey before trials are removed
        surveys.append(request.url)
        if len(surveys) == 2:
            store.put("running/20261121-041200-7f3a1c.json", b"{}")

    with on(store, "before-send.s3.ListMultipartUploads", begin):
        sweep_garbage(store, MONTH)
    assert store.exists(trial_manifest_key(X, 1))
    assert weights_of(store, outcome) == b"weights"


def test_store_that_forbids_deletes_says_so_and_loses_nothing(store: Store) -> None:
    old_run(store)
    before = keys(store)
    with (
        forbidding(store),
        pytest.raises(DeleteForbidden, match=r"forbids removing objects \(AccessDenied\): none was"),
    ):
        sweep_garbage(store, MONTH)
    assert keys(store) == before


@pytest.mark.slow
def test_store_that_forbids_some_deletes_says_how_many_there_were(store: Store) -> None:
    old_run(store)
    with long_ago(store):
        store.put("scratch/0123456789abcdef", b"first")
    with (
        forbidding(store, allowed=lambda url: "/blobs/" not in url),
        pytest.raises(DeleteForbidden, match=r"[0-9]+ objects were removed before"),
    ):
        sweep_garbage(store, MONTH)
    assert keys(store, "scratch/") == set()
    assert len(keys(store, "blobs/")) == 2


def test_ages_are_told_by_the_stores_clock(store: Store) -> None:
    put_blob(store, b"young here, old there", "application/zip")
    assert mark_garbage(take_survey(store, DAY)).garbage == ()
    with dated(store, FAR_AHEAD):
        assert store_time(store) == datetime(2099, 11, 25, 4, 12, tzinfo=UTC)
        assert [each.kind for each in mark_garbage(take_survey(store, DAY)).garbage] == ["blob"]


@pytest.mark.parametrize("date", [None, pytest.param("yesterday", marks=pytest.mark.slow)])
def test_store_without_a_date_is_asked_through_an_object(date: str | None, store: Store) -> None:
    with dated(store, date):
        told = store_time(store)
    assert abs(told - store_time(store)) < timedelta(minutes=5)
    assert keys(store) == set()


def test_incomplete_upload_is_found_with_its_bytes_and_given_up(store: Store) -> None:
    begun = store.client.create_multipart_upload(Bucket=store.bucket, Key=f"{store.prefix}blobs/sha256/aa/{X}")
    part = {"Bucket": store.bucket, "Key": begun["Key"], "UploadId": begun["UploadId"]}
    store.client.upload_part(**part, PartNumber=1, Body=b"12345")  # type: ignore[arg-type]
    store.client.create_multipart_upload(Bucket=store.bucket, Key=f"{store.prefix}of/somebody/else")
    assert mark_garbage(take_survey(store, DAY)).garbage == ()
    an_hour_later = Ages(timedelta(hours=-1))
    found = sweep_garbage(store, an_hour_later).garbage
    assert [(each.kind, each.key, each.bytes) for each in found] == [("incomplete upload", f"blobs/sha256/aa/{X}", 5)]
    left = store.client.list_multipart_uploads(Bucket=store.bucket, Prefix=store.prefix)["Uploads"]
    assert [each["Key"] for each in left] == [f"{store.prefix}of/somebody/else"]


def test_pin_is_there_until_it_is_taken_away(store: Store) -> None:
    run = commit(store, "run-1")
    assert (pin_run(store, run), pin_run(store, run)) == (True, False)
    assert pinned_runs(store) == {("demo", "run-1")}
    assert (unpin_run(store, run), unpin_run(store, run)) == (True, False)
    assert pinned_runs(store) == set()
