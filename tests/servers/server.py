"""What a test knows of a running S3 server, and how one is started from the servers' own environment."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from ablation.processes import start_dependent, stop
from ablation.store import ConditionalWrites
from ablation.store.transport.client import Credentials, embedded_client
from tests.conftest import ROOT, wait_for

PYTHON = ROOT / ".venv-servers" / "bin" / "python"

_ADDRESS = re.compile(r"http://127\.0\.0\.1:[1-9][0-9]*")


@dataclass(frozen=True)
class S3Server:
    """A running server with one empty bucket, and what it is known to do."""

    name: str
    endpoint_url: str
    credentials: Credentials
    bucket: str
    # What it does with a put whose IfNoneMatch="*", and whose IfMatch, is not met.
    if_absent: ConditionalWrites
    if_match: ConditionalWrites
    checks_signatures: bool = True


@contextmanager
def started(command: Sequence[str], directory: Path, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run a module or file in the servers' environment until the context closes, and yield the address it prints."""
    if not PYTHON.exists():
        pytest.skip("the servers' environment is missing: run the tests with `make test-servers`")
    log = directory / "server.log"
    inherited = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONUNBUFFERED": "1"}
    process = start_dependent([str(PYTHON), *command], environment={**inherited, **(environment or {})}, log=log)

    def address() -> str | None:
        found = _ADDRESS.search(log.read_text(errors="replace"))
        assert found or process.poll() is None, f"{directory.name} ended:\n{log.read_text(errors='replace')}"
        return found and found[0]

    try:
        yield wait_for(address, f"{directory.name} to say where it listens")
    finally:
        stop(process)


def make_bucket(endpoint_url: str, credentials: Credentials, bucket: str) -> None:
    """Make a bucket on a server of this machine."""
    embedded_client(endpoint_url, credentials).create_bucket(Bucket=bucket)
