from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ablation.records import BlobRef
from ablation.store import Store, blob_key, find_published, publish_trial, put_blob
from tests.conftest import embedded_store
from tests.store.test_trials import FINGERPRINT, outcome


def publish(store: Store) -> BlobRef:
    blob = put_blob(store, b"epoch,loss\n", "text/csv")
    publish_trial(store, outcome({"history.csv": blob}), {})
    return blob


@pytest.mark.parametrize("is_folder", [True, False])
def test_trial_that_was_never_published_is_not_found_at_once(store: Store, is_folder: bool) -> None:
    assert find_published(store if is_folder else replace(store, root=None), FINGERPRINT) is None


@pytest.mark.parametrize("is_folder", [True, False])
def test_trial_that_was_published_is_found(store: Store, is_folder: bool) -> None:
    publish(store)
    found = find_published(store if is_folder else replace(store, root=None), FINGERPRINT)
    assert found is not None
    assert found.metrics == {"val_loss": 0.5}


def test_trial_that_was_published_through_another_server_this_moment_is_found(tmp_path: Path) -> None:
    with embedded_store(tmp_path) as here, embedded_store(tmp_path) as there:
        put_blob(here, b"other", "text/plain")
        assert list(here.keys("trials/")) == []  # what this server has seen of its folders it believes for a second
        publish(there)
        found = find_published(here, FINGERPRINT)
        assert found is not None
        here.copy(blob_key(found.files["history.csv"].sha256), "studies/tiny/run/history.csv")


def test_trial_whose_files_are_gone_is_not_found(store: Store) -> None:
    store.delete(blob_key(publish(store).sha256))
    assert find_published(store, FINGERPRINT) is None
