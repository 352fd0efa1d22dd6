"""`rclone serve s3`, as any S3 server behind an address: it accepts conditions and ignores them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ablation.store.embedded import BUCKET, embedded_server
from tests.servers.server import S3Server


@contextmanager
def rclone(directory: Path) -> Iterator[S3Server]:
    """Serve a folder."""
    with embedded_server(directory) as server:
        yield S3Server("rclone", server.endpoint_url, server.credentials, BUCKET, "ignored", "ignored")
