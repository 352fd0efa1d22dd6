"""A published run against its manifest: what was lost, changed or added is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ablation.records import PublishedFile, RunManifest, TrialOutcome
from ablation.store import RunUnknown, Store, blob_key, run_manifest_key, trial_manifest_key, verify_named, verify_run
from tests.conftest import rarely
from tests.store.upkeep.published import X, Y, commit, train

FOLDER = "studies/demo/run-1"


def found(store: Store, manifest: RunManifest) -> list[tuple[str, str]]:
    return [(finding.kind, finding.key) for finding in verify_run(store, manifest).findings]


def test_run_as_it_was_published_is_whole(store: Store) -> None:
    verified = verify_run(store, commit(store, "run-1", train(store, X), train(store, Y, b"others", "plain")))
    assert verified.is_whole
    assert (verified.files, verified.trials, verified.blobs) == (7, 2, 3)
    assert verified.bytes > 2 * (len(b"weights") + len(b"others"))


@pytest.mark.slow
def test_run_without_any_trial_is_whole(store: Store) -> None:
    assert found(store, commit(store, "run-1")) == []


MODEL = f"{FOLDER}/variants/l2/seed-0/model.keras"
DAMAGES: dict[str, tuple[Callable[[Store], None], tuple[str, str]]] = {
    "file of the same size": (
        lambda store: store.put(f"{FOLDER}/index.html", b"<q>"),
        ("wrong", f"{FOLDER}/index.html"),
    ),
    "file cut off": (lambda store: store.put(MODEL, b"weig"), ("wrong", MODEL)),
    "file lost": (lambda store: store.delete(MODEL), ("missing", MODEL)),
    "file added": (lambda store: store.put(f"{FOLDER}/notes.txt", b"hi"), ("foreign", f"{FOLDER}/notes.txt")),
}


@pytest.mark.parametrize("damage", rarely(DAMAGES, but=["file of the same size", "file added"]))
def test_damaged_run_is_told_by_its_key(damage: str, store: Store) -> None:
    manifest = commit(store, "run-1", train(store, X))
    do, finding = DAMAGES[damage]
    do(store)
    assert found(store, manifest) == [finding]


def blob_of(outcome: TrialOutcome) -> str:
    return blob_key(outcome.files["model.keras"].sha256)


def test_blob_of_a_trial_that_changed_is_found_though_the_runs_copy_is_right(store: Store) -> None:
    outcome = train(store, X)
    manifest = commit(store, "run-1", outcome)
    store.put(blob_of(outcome), b"WEIGHTS")
    assert found(store, manifest) == [("wrong", blob_of(outcome))]


def test_blob_of_a_trial_that_is_lost_is_found(store: Store) -> None:
    outcome = train(store, X)
    manifest = commit(store, "run-1", outcome)
    store.delete(blob_of(outcome))
    assert found(store, manifest) == [("missing", blob_of(outcome))]


@pytest.mark.parametrize("text", [None, b"{"], ids=["lost", "cut off"])
def test_finished_trial_without_a_manifest_is_found(text: bytes | None, store: Store) -> None:
    manifest = commit(store, "run-1", train(store, X))
    if text is None:
        store.delete(trial_manifest_key(X, 1))
    else:
        store.put(trial_manifest_key(X, 1), text)
    assert found(store, manifest) == [("missing", f"trials/{X}/")]


@pytest.mark.slow
def test_trial_without_a_result_needs_no_manifest(store: Store) -> None:
    failed = TrialOutcome(variant="l2", seed=0, fingerprint=X, status="failed", error="killed")
    assert found(store, commit(store, "run-1", failed)) == []


@pytest.mark.slow
def test_all_findings_are_in_one_report(store: Store) -> None:
    manifest = commit(store, "run-1", train(store, X))
    for do, _ in (DAMAGES["file lost"], DAMAGES["file added"]):
        do(store)
    assert found(store, manifest) == [DAMAGES["file lost"][1], DAMAGES["file added"][1]]


def test_path_outside_the_folder_is_a_finding_and_is_not_read(store: Store) -> None:
    manifest = commit(store, "run-1")
    evil = PublishedFile(path="../run-2/index.html", sha256=X, bytes=3, content_type="text/html")
    assert ("wrong", "../run-2/index.html") in found(store, manifest.model_copy(update={"files": (evil,)}))


def test_run_whose_manifest_is_damaged_is_found_by_its_id(store: Store) -> None:
    commit(store, "run-1")
    store.put(run_manifest_key("demo", "run-1"), b"{")
    verified = verify_named(store, "run-1")
    assert [(each.kind, each.key) for each in verified.findings] == [("wrong", f"{FOLDER}/manifest.json")]


def test_run_that_is_not_there_is_unknown_and_not_damaged(store: Store) -> None:
    commit(store, "run-1")
    with pytest.raises(RunUnknown, match="no run 'run-2'"):
        verify_named(store, "run-2")
