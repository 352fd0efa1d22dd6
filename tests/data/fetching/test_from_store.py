"""The store as source and sink of files, with a real S3 server."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ablation.data.fetching import fetch_file
from ablation.pipeline.datasets import StoredDatasets
from ablation.settings import Settings
from ablation.store import Store, dataset_key, open_store
from tests.data.conftest import CONTENT, DIGEST, Cache, WebServer, small_file

WRONG = b"?" * len(CONTENT)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with contextlib.chdir(tmp_path_factory.mktemp("store")), open_store(Settings(store=None)) as store:
        yield store


@pytest.fixture
def store(opened: Store) -> Store:
    """Return a store that has no dataset."""
    opened.delete(dataset_key(DIGEST))
    return opened


def test_file_from_its_address_is_kept_for_all_machines(
    web: WebServer, store: Store, cache: Cache, tmp_path: Path
) -> None:
    file = small_file(f"{web.url}/good/small.npz")
    fetch_file(file, cache.settings(), remote=StoredDatasets(store))
    assert store.get(dataset_key(DIGEST)) == CONTENT
    other = fetch_file(file, Cache(tmp_path / "other").settings(), remote=StoredDatasets(store))
    assert other.read_bytes() == CONTENT
    assert web.asked == ["/good/small.npz"]


def test_mirror_is_asked_before_the_store(web: WebServer, store: Store, cache: Cache, mirror: Path) -> None:
    store.put(dataset_key(DIGEST), WRONG)
    file = small_file(f"{web.url}/404/small.npz")
    assert fetch_file(file, cache.settings(str(mirror)), remote=StoredDatasets(store)).read_bytes() == CONTENT


def test_file_that_the_store_has_wrong_is_not_believed_and_replaced(web: WebServer, store: Store, cache: Cache) -> None:
    store.put(dataset_key(DIGEST), WRONG)
    file = small_file(f"{web.url}/good/small.npz")
    assert fetch_file(file, cache.settings(), remote=StoredDatasets(store)).read_bytes() == CONTENT
    assert store.get(dataset_key(DIGEST)) == CONTENT


def test_store_that_cannot_be_used_stops_no_fetch(
    web: WebServer, store: Store, cache: Cache, caplog: pytest.LogCaptureFixture
) -> None:
    remote = StoredDatasets(replace(store, bucket="no-such-bucket"))
    with caplog.at_level(logging.WARNING):
        path = fetch_file(small_file(f"{web.url}/good/small.npz"), cache.settings(), remote=remote)
    assert path.read_bytes() == CONTENT
    assert "small.npz is fetched, but cannot be kept for other machines" in caplog.text
