"""Each test of this folder runs once against each server, in a prefix of its own."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator

import pytest

from ablation.settings import Settings
from ablation.store import Store, open_store
from tests.servers.moto import moto
from tests.servers.rclone import rclone
from tests.servers.server import S3Server
from tests.servers.swift import swift
from tests.store.contract.writers import Writers

STARTS = {"rclone": rclone, "swift": swift, "moto": moto}


@pytest.fixture(scope="session", params=STARTS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Yield a running server."""
    name = str(request.param)
    with STARTS[name](tmp_path_factory.mktemp(name)) as running:
        yield running


@pytest.fixture(scope="session")
def session_environment(server: S3Server) -> Iterator[None]:
    """Let this process and those it starts find the server's credentials, and nothing of the user's."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("AWS_", "ABLATION_"))]:
            patch.delenv(name)
        patch.setenv("AWS_ACCESS_KEY_ID", server.credentials.access_key)
        patch.setenv("AWS_SECRET_ACCESS_KEY", server.credentials.secret_key)
        patch.setenv("AWS_ENDPOINT_URL_S3", server.endpoint_url)
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield


@pytest.fixture
def uri(server: S3Server, session_environment: None, request: pytest.FixtureRequest) -> str:
    """Return the address of a store of this test alone."""
    return f"s3://{server.bucket}/{hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:16]}"


@pytest.fixture
def store(uri: str) -> Iterator[Store]:
    """Yield it open."""
    with open_store(Settings(store=uri)) as opened:
        yield opened


@pytest.fixture(scope="session")
def writers(session_environment: None) -> Iterator[Writers]:
    """Yield several processes that write at the same moment."""
    with Writers() as started:
        yield started
