"""A real web server on loopback that serves a small file well and badly."""

from __future__ import annotations

import hashlib
import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ablation.catalogue import DatasetFile
from ablation.settings import Settings

CONTENT = b"a small published file\n" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


class Responder(http.server.BaseHTTPRequestHandler):
    """Answers /good, /moved, /other, /short, /cut and any /<status>."""

    server: WebServer

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        name = self.path.split("/")[1]
        if name == "moved":
            self.send_response(302)
            self.send_header("Location", "/good/small.npz")
            self.end_headers()
        elif name.isdigit():
            self.send_error(int(name))
        else:
            self._send({"other": CONTENT[:-1] + b"!", "short": CONTENT[:-1], "cut": CONTENT[:9999]}.get(name, CONTENT))

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT) if self.path.startswith("/cut") else len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


class WebServer(http.server.ThreadingHTTPServer):
    """A server that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Responder)
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@pytest.fixture
def web() -> Iterator[WebServer]:
    with WebServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Cache:
    """A cache folder of one test, and what is in it."""

    directory: Path
    content: bytes = field(default=CONTENT, repr=False)

    def settings(self, mirror: str | None = None) -> Settings:
        return Settings(cache_dir=self.directory, datasets=mirror)

    def files(self) -> list[str]:
        return sorted(
            path.relative_to(self.directory).as_posix() for path in self.directory.rglob("*") if path.is_file()
        )


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """Return a folder that holds the file."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    (folder / "small.npz").write_bytes(CONTENT)
    return folder


def small_file(url: str) -> DatasetFile:
    """Describe the file, published at `url`."""
    return DatasetFile(name="small.npz", url=url, sha256=("0" * 64, DIGEST))
