"""One embedded store (a real S3 server) for all tests of this room that do not need their own."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ablation.store import Store
from ablation.store.embedded import EmbeddedServer, embedded_server
from tests.conftest import embedded_store


@pytest.fixture(scope="session")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Yield an embedded store in a folder of its own."""
    with embedded_store(tmp_path_factory.mktemp("store")) as opened:
        yield opened


@pytest.fixture
def store(shared_store: Store, request: pytest.FixtureRequest) -> Store:
    """Return a store of this test alone: a prefix of the shared one."""
    name = hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:16]
    location = shared_store.location.model_copy(update={"uri": f"{shared_store.uri}/{name}"})
    root = None if shared_store.root is None else shared_store.root / name
    return Store(location, shared_store.bucket, f"{name}/", shared_store.client, root)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """Yield a server whose credentials are known."""
    with embedded_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def aws(server: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Point the AWS_* variables at a server, as if it were a real S3, and return the patch to change them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "put back after the test, whatever sets it")
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", server.credentials.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", server.credentials.secret_key)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server.endpoint_url)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch
