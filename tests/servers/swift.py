"""OpenStack Swift behind its S3 interface: it refuses a put on a taken key, but of two at once it may accept both."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ablation.store.transport.client import Credentials
from tests.servers.server import S3Server, make_bucket, started

BUCKET = "ablation-tests"
PROGRAM = Path(__file__).with_name("swift_process.py")


@contextmanager
def swift(directory: Path) -> Iterator[S3Server]:
    """Run Swift over a folder, which needs a file system with user attributes: they are where Swift keeps metadata."""
    require_user_attributes(directory)
    credentials = Credentials("ablation:tester", secrets.token_hex(20))
    secret = {"SWIFT_SECRET": credentials.secret_key}
    # -P: else `import swift` of the program finds this file beside it.
    with started(["-P", str(PROGRAM), str(directory)], directory, secret) as endpoint_url:
        make_bucket(endpoint_url, credentials, BUCKET)
        yield S3Server("swift", endpoint_url, credentials, BUCKET, "enforced", "refused")


def require_user_attributes(directory: Path) -> None:
    """Skip the test, with the reason, where a file cannot have attributes of its user."""
    probe = directory / "probe"
    probe.touch()
    try:
        os.setxattr(probe, "user.probe", b"1")
    except OSError as error:
        pytest.skip(f"Swift needs user xattrs, which the file system of {directory} has not: {error.strerror}")
    finally:
        probe.unlink()
