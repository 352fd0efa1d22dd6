"""A damaged run is written again from what has its bytes; what nothing has is removed where it looks whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ablation.records import PublishedFile, RunManifest, TrialOutcome
from ablation.store import (
    DeleteForbidden,
    Repaired,
    Store,
    blob_key,
    find_trial,
    repair_named,
    repair_run,
    run_manifest_key,
    verify_run,
)
from tests.conftest import some
from tests.store.upkeep.answers import forbidding, on
from tests.store.upkeep.published import X, commit, keys, train

FOLDER = "studies/demo/run-1"
COPY = f"{FOLDER}/variants/l2/seed-0/model.keras"


def blob_of(outcome: TrialOutcome) -> str:
    return blob_key(outcome.files["model.keras"].sha256)


def done(repaired: Repaired) -> dict[str, str]:
    return {repair.key: repair.action for repair in repaired.repairs}


@pytest.fixture
def outcome(store: Store) -> TrialOutcome:
    return train(store, X)


@pytest.fixture
def manifest(store: Store, outcome: TrialOutcome) -> RunManifest:
    return commit(store, "run-1", outcome)


def change(store: Store, key: str) -> None:
    store.put(key, b"WEIGHTS")


def cut(store: Store, key: str) -> None:
    store.put(key, b"weig")


def lose(store: Store, key: str) -> None:
    store.delete(key)


DAMAGES = {"changed": change, "cut off": cut, "lost": lose}


@pytest.mark.parametrize("damage", some(DAMAGES, 1))
def test_blob_that_is_damaged_is_written_again_from_the_copy_of_a_run(
    damage: Callable[[Store, str], None], store: Store, outcome: TrialOutcome, manifest: RunManifest
) -> None:
    damage(store, blob_of(outcome))
    repaired = repair_run(store, manifest)
    assert (done(repaired), repaired.is_whole) == ({blob_of(outcome): "restored"}, True)
    assert repaired.repairs[0].detail == f"from {COPY}"
    assert verify_run(store, manifest).is_whole


@pytest.mark.parametrize("damage", some(DAMAGES, 1))
def test_file_of_a_run_that_is_damaged_is_written_again_from_its_blob(
    damage: Callable[[Store, str], None], store: Store, manifest: RunManifest
) -> None:
    damage(store, COPY)
    assert done(repair_run(store, manifest)) == {COPY: "restored"}
    head = store.head(COPY)
    assert head is not None
    assert head.content_type == "application/octet-stream"
    assert verify_run(store, manifest).is_whole


def test_blob_and_copy_that_are_damaged_are_written_again_from_another_run_of_the_study(
    store: Store, outcome: TrialOutcome, manifest: RunManifest
) -> None:
    commit(store, "run-0", outcome)
    change(store, COPY)
    change(store, blob_of(outcome))
    assert done(repair_run(store, manifest)) == {COPY: "restored", blob_of(outcome): "restored"}
    assert verify_run(store, manifest).is_whole


def test_what_nothing_has_the_bytes_of_is_removed_and_its_trial_counts_as_unfinished(
    store: Store, outcome: TrialOutcome, manifest: RunManifest
) -> None:
    change(store, COPY)
    change(store, blob_of(outcome))
    assert find_trial(store, X) is not None  # it has its size: nobody would train it again
    repaired = repair_run(store, manifest)
    assert done(repaired) == {COPY: "removed", blob_of(outcome): "removed"}
    assert (repaired.is_whole, repaired.is_to_be_made, repaired.stays_damaged) == (False, True, False)
    assert find_trial(store, X) is None
    assert {(each.kind, each.key) for each in verify_run(store, manifest).findings} == {
        ("missing", COPY),
        ("missing", blob_of(outcome)),
    }


def test_run_whose_trial_is_trained_again_to_the_same_bytes_is_whole_after_another_repair(
    store: Store, outcome: TrialOutcome, manifest: RunManifest
) -> None:
    change(store, COPY)
    change(store, blob_of(outcome))
    repair_run(store, manifest)
    train(store, X)
    assert done(repair_run(store, manifest)) == {COPY: "restored"}
    assert verify_run(store, manifest).is_whole


def test_page_that_is_damaged_is_left_since_no_run_makes_it_again(store: Store, manifest: RunManifest) -> None:
    store.put(f"{FOLDER}/index.html", b"<q>")
    repaired = repair_run(store, manifest)
    assert done(repaired) == {f"{FOLDER}/index.html": "left"}
    assert (repaired.is_to_be_made, repaired.stays_damaged) == (True, True)
    assert store.get(f"{FOLDER}/index.html") == b"<q>"


def test_file_that_no_run_names_is_left(store: Store, manifest: RunManifest) -> None:
    store.put(f"{FOLDER}/notes.txt", b"hi")
    repaired = repair_run(store, manifest)
    assert (done(repaired), repaired.is_to_be_made) == ({f"{FOLDER}/notes.txt": "left"}, False)
    assert store.get(f"{FOLDER}/notes.txt") == b"hi"


def test_whole_run_is_not_touched(store: Store, manifest: RunManifest) -> None:
    sent: list[str] = []

    def note(event_name: str, **_: Any) -> None:
        sent.append(event_name.rpartition(".")[2])

    with on(store, "before-send.s3", note):
        assert repair_run(store, manifest).repairs == ()
    assert set(sent) == {"GetObject", "ListObjectsV2"}


def test_path_that_leaves_the_folder_is_left_and_is_no_source_for_others(
    store: Store, outcome: TrialOutcome, manifest: RunManifest
) -> None:
    evil = PublishedFile(path="../x", content_type="text/html", **_digest_and_size(outcome))
    other = commit(store, "run-0").model_copy(update={"files": (evil,)})
    store.put(run_manifest_key("demo", "run-0"), other.model_dump_json().encode())
    assert done(repair_run(store, other))["../x"] == "left"
    change(store, COPY)
    change(store, blob_of(outcome))
    assert done(repair_run(store, manifest)) == {COPY: "removed", blob_of(outcome): "removed"}


def _digest_and_size(outcome: TrialOutcome) -> dict[str, Any]:
    return outcome.files["model.keras"].model_dump(include={"sha256", "bytes"})


def test_run_whose_manifest_is_damaged_cannot_be_repaired(store: Store, manifest: RunManifest) -> None:
    key = run_manifest_key("demo", manifest.run_id)
    store.put(key, b"{")
    assert done(repair_named(store, "run-1")) == {key: "left"}


def test_store_that_forbids_deletes_says_so_after_what_could_be_restored(
    store: Store, outcome: TrialOutcome, manifest: RunManifest
) -> None:
    metrics = f"{FOLDER}/variants/l2/seed-0/metrics.json"
    change(store, COPY)
    change(store, blob_of(outcome))
    store.delete(metrics)
    before = keys(store)
    with forbidding(store), pytest.raises(DeleteForbidden) as error:
        repair_run(store, manifest)
    assert str(error.value) == (
        f"{store.uri_of(COPY)}: the store forbids removing objects (AccessDenied): it stays damaged, and "
        "runs take it for whole. Let these credentials delete, and repeat; restored before that: 1."
    )
    assert keys(store) == before | {metrics}


def test_attempt_that_readers_find_is_verified_where_a_newer_one_lost_a_blob(
    store: Store, manifest: RunManifest
) -> None:
    lost = train(store, X, b"exported")
    store.delete(blob_of(lost))
    assert find_trial(store, X) is not None
    assert verify_run(store, manifest).is_whole
