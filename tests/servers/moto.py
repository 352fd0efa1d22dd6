"""moto's server: the only one of the three that compares entity tags. It checks no signature, and keeps nothing."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ablation.store.transport.client import Credentials
from tests.servers.server import S3Server, make_bucket, started

BUCKET = "ablation-tests"


@contextmanager
def moto(directory: Path) -> Iterator[S3Server]:
    """Run moto's server; the folder gets its log."""
    credentials = Credentials(secrets.token_hex(10), secrets.token_hex(20))
    with started(["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"], directory) as endpoint_url:
        make_bucket(endpoint_url, credentials, BUCKET)
        yield S3Server("moto", endpoint_url, credentials, BUCKET, "enforced", "enforced", checks_signatures=False)
