"""A real S3 server behind a proxy that injects faults."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ablation.store import Store, StoreLocation
from ablation.store.embedded import BUCKET, EmbeddedServer, embedded_server
from ablation.store.transport.client import WORKING, Credentials, Patience, embedded_client
from tests.faults.proxy import FaultProxy, fault_proxy


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    """Yield a server over an empty folder."""
    with embedded_server(tmp_path / "objects") as running:
        yield running


@pytest.fixture
def proxy(server: EmbeddedServer) -> Iterator[FaultProxy]:
    """Yield a proxy in front of the server; it injects nothing until it is told to."""
    with fault_proxy(server.endpoint_url) as running:
        yield running


def store_at(address: str, credentials: Credentials, patience: Patience = WORKING) -> Store:
    """Return a store whose requests go to an address."""
    location = StoreLocation(uri=f"s3://{BUCKET}", endpoint_url=address)
    return Store(location, BUCKET, "", embedded_client(address, credentials, patience))


@pytest.fixture
def store(server: EmbeddedServer, proxy: FaultProxy) -> Store:
    """Return the store as a run reaches it: through the proxy."""
    return store_at(proxy.address, server.credentials)


@pytest.fixture
def beside(server: EmbeddedServer) -> Store:
    """Return the store as a reader reaches it who has no trouble."""
    return replace(store_at(server.endpoint_url, server.credentials), patience_s=0.0)
