from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ablation.records import BlobRef, TrialOutcome, TrialStatus
from ablation.settings import Settings
from ablation.store import (
    KeyInvalid,
    Store,
    blob_key,
    find_trial,
    find_trials,
    open_store,
    publish_trial,
    published_trials,
    put_blob,
    trial_manifest_key,
)
from ablation.store.transport.parallel import in_parallel


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


FINGERPRINT = digest("trial")


def outcome(
    files: dict[str, BlobRef] | None = None,
    status: TrialStatus = "trained",
    val_loss: float = 0.5,
    fingerprint: str = FINGERPRINT,
) -> TrialOutcome:
    return TrialOutcome(
        variant="original",
        seed=0,
        fingerprint=fingerprint,
        status=status,
        metrics={"val_loss": val_loss},
        epochs=3,
        files=files or {},
    )


def attempts(store: Store) -> list[str]:
    return [item.key for item in store.keys(f"trials/{FINGERPRINT}/")]


def test_published_trial_is_found_as_it_was_stored(store: Store) -> None:
    published = outcome({"history.csv": put_blob(store, b"epoch,loss\n", "text/csv")})
    publish_trial(store, published, {"code": "abc"})
    assert find_trial(store, FINGERPRINT) == published.model_copy(update={"provenance": {"code": "abc"}})


def test_trial_that_was_never_published_is_not_found(store: Store) -> None:
    assert find_trial(store, FINGERPRINT) is None


def test_attempts_are_numbered_from_one(store: Store) -> None:
    publish_trial(store, outcome(), {})
    publish_trial(store, outcome(), {})
    assert attempts(store) == [trial_manifest_key(FINGERPRINT, 1), trial_manifest_key(FINGERPRINT, 2)]


def test_next_attempt_follows_the_highest(store: Store) -> None:
    store.put(trial_manifest_key(FINGERPRINT, 9), b"{}")
    store.put(trial_manifest_key(FINGERPRINT, 10), b"{}")
    publish_trial(store, outcome(), {})
    assert trial_manifest_key(FINGERPRINT, 11) in attempts(store)


def test_highest_attempt_wins(store: Store) -> None:
    publish_trial(store, outcome(val_loss=0.1), {})
    publish_trial(store, outcome(val_loss=0.2), {})
    found = find_trial(store, FINGERPRINT)
    assert found is not None
    assert found.metrics == {"val_loss": 0.2}


@pytest.mark.parametrize("status", ["failed", "diverged", "timeout", "interrupted", "cached"])
def test_unfinished_trial_is_not_found(status: TrialStatus, store: Store) -> None:
    publish_trial(store, outcome(status=status), {})
    assert find_trial(store, FINGERPRINT) is None


def test_failure_after_a_success_does_not_hide_it(store: Store) -> None:
    publish_trial(store, outcome(val_loss=0.1), {})
    publish_trial(store, outcome(status="failed"), {})
    found = find_trial(store, FINGERPRINT)
    assert found is not None
    assert found.metrics == {"val_loss": 0.1}


def test_trial_with_a_missing_blob_is_not_found(store: Store) -> None:
    ref = put_blob(store, b"weights", "application/zip")
    publish_trial(store, outcome({"model.keras": ref}), {})
    store.delete(blob_key(ref.sha256))
    assert find_trial(store, FINGERPRINT) is None


def test_trial_with_a_cut_off_blob_is_not_found(store: Store) -> None:
    ref = put_blob(store, b"weights", "application/zip")
    publish_trial(store, outcome({"model.keras": ref}), {})
    store.put(blob_key(ref.sha256), b"wei")
    assert find_trial(store, FINGERPRINT) is None


def test_whole_attempt_behind_a_damaged_one_is_found(store: Store) -> None:
    kept = put_blob(store, b"kept", "application/zip")
    lost = put_blob(store, b"lost", "application/zip")
    publish_trial(store, outcome({"model.keras": kept}), {})
    publish_trial(store, outcome({"model.keras": lost}), {})
    store.delete(blob_key(lost.sha256))
    found = find_trial(store, FINGERPRINT)
    assert found is not None
    assert found.files == {"model.keras": kept}


@pytest.mark.parametrize("manifest", [b"", b"{", b"[]", b'{"attempt": 1}', b"\xff\xfe"])
def test_trial_with_a_damaged_manifest_is_logged_and_not_found(
    manifest: bytes, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    store.put(trial_manifest_key(FINGERPRINT, 1), manifest)
    assert find_trial(store, FINGERPRINT) is None
    assert trial_manifest_key(FINGERPRINT, 1) in caplog.text


def test_manifest_of_another_trial_is_not_found(store: Store) -> None:
    publish_trial(store, outcome(fingerprint=digest("other")), {})
    store.copy(trial_manifest_key(digest("other"), 1), trial_manifest_key(FINGERPRINT, 1))
    assert find_trial(store, FINGERPRINT) is None


def test_metrics_that_are_not_finite_survive(store: Store) -> None:
    publish_trial(store, outcome(val_loss=float("inf")), {})
    found = find_trial(store, FINGERPRINT)
    assert found is not None
    assert found.metrics == {"val_loss": float("inf")}


def test_find_trials_returns_the_found_ones_only(store: Store) -> None:
    wanted = [digest(f"trial {number}") for number in range(40)]
    for fingerprint in wanted[::2]:
        publish_trial(store, outcome({"a.csv": put_blob(store, b"a", "text/csv")}, fingerprint=fingerprint), {})
    assert set(find_trials(store, wanted)) == set(wanted[::2])


def test_published_trials_are_those_with_a_manifest_whatever_it_says(store: Store) -> None:
    wanted = [digest(f"trial {number}") for number in range(20)]
    lost = BlobRef(sha256="a" * 64, bytes=1, content_type="text/csv")
    publish_trial(store, outcome({"a.csv": lost}, fingerprint=wanted[3]), {})
    store.put(trial_manifest_key(wanted[7], 1), b"damaged")
    assert published_trials(store, wanted) == {wanted[3], wanted[7]}


def test_find_trials_among_more_than_one_page_of_trials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for number in range(1001):
        manifest = tmp_path / "artifacts" / trial_manifest_key(digest(f"other {number}"), 1)
        manifest.parent.mkdir(parents=True)
        manifest.write_bytes(b"{}")
    wanted = [digest(f"trial {number}") for number in range(20)]
    with open_store(Settings(store=None)) as store:
        publish_trial(store, outcome(fingerprint=wanted[3]), {})
        publish_trial(store, outcome(fingerprint=wanted[7]), {})
        assert set(find_trials(store, wanted)) == {wanted[3], wanted[7]}


def test_find_trials_of_200_absent_ones_asks_once(store: Store) -> None:
    requests: list[str] = []
    store.client.meta.events.register("before-send.s3", lambda **_: requests.append("request"), unique_id="count")
    try:
        assert find_trials(store, [digest(f"absent {number}") for number in range(200)]) == {}
    finally:
        store.client.meta.events.unregister("before-send.s3", unique_id="count")
    assert len(requests) == 1


def test_publish_trial_of_one_trial_from_many_threads_numbers_each(store: Store) -> None:
    in_parallel(lambda number: publish_trial(store, outcome(val_loss=number), {}), range(8))
    assert attempts(store) == [trial_manifest_key(FINGERPRINT, number) for number in range(1, 9)]


def test_publish_trial_from_many_threads_loses_none(store: Store) -> None:
    fingerprints = [digest(f"thread {number}") for number in range(32)]
    in_parallel(lambda fingerprint: publish_trial(store, outcome(fingerprint=fingerprint), {}), fingerprints)
    assert len(find_trials(store, fingerprints)) == 32


def test_find_trial_of_no_fingerprint_is_refused(store: Store) -> None:
    with pytest.raises(KeyInvalid):
        find_trial(store, "../../etc")
