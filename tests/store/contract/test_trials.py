from __future__ import annotations

import pytest

from ablation.store import Store, blob_key, find_trial, find_trials, publish_trial, put_blob, trial_manifest_key
from ablation.store.publishing.trials import TrialManifest
from tests.store.contract.writers import COUNT, FINGERPRINT, Writers, outcome, publish_one_trial

pytestmark = pytest.mark.servers


def test_trial_is_found_as_it_was_published_while_its_blobs_are_there(store: Store) -> None:
    ref = put_blob(store, b"weights", "application/zip")
    published = outcome(1, 0).model_copy(update={"files": {"model.keras": ref}})
    publish_trial(store, published, {"python": "3.11"})
    assert find_trial(store, FINGERPRINT) == published.model_copy(update={"provenance": {"python": "3.11"}})
    store.put(blob_key(ref.sha256), b"wei")
    assert find_trial(store, FINGERPRINT) is None


def test_trial_that_was_never_published_is_not_found(store: Store) -> None:
    assert find_trials(store, [FINGERPRINT, "a" * 64]) == {}


def test_trial_from_several_processes_has_an_attempt_for_each_and_loses_none(store: Store, writers: Writers) -> None:
    writers.race(publish_one_trial, store, 4)
    keys = {item.key for item in store.keys("trials/")}
    assert keys == {trial_manifest_key(FINGERPRINT, attempt) for attempt in range(1, 4 * COUNT + 1)}
    manifests = [TrialManifest.model_validate_json(store.get(key)) for key in keys]
    expected = [outcome(number, each).metrics["val_loss"] for number in range(COUNT) for each in range(4)]
    assert sorted(manifest.outcome.metrics["val_loss"] for manifest in manifests) == sorted(expected)
    assert {trial_manifest_key(FINGERPRINT, manifest.attempt) for manifest in manifests} == keys
