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
from ablation.data.fetching import downloading
from ablation.settings import Settings

CONTENT = b"a small published file\n" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
CUT = 9999


class Responder(http.server.BaseHTTPRequestHandler):
    """Answers /good, /moved, /other, /short, /cut, any /<status>, and what `_answer_again` describes."""

    server: WebServer

    def do_GET(self) -> None:
        is_first = self.path not in self.server.asked
        self.server.asked.append(self.path)
        self.server.ranges.append((self.headers["Range"] or "", self.headers["If-Range"] or ""))
        name = self.path.split("/")[1]
        if name.startswith("again-"):
            self._answer_again(name.removeprefix("again-"), is_first=is_first)
            return
        if name == "moved":
            self.send_response(302)
            self.send_header("Location", "/good/small.npz")
            self.end_headers()
        elif name.isdigit():
            self.send_error(int(name))
        else:
            self._send({"other": CONTENT[:-1] + b"!", "short": CONTENT[:-1], "cut": CONTENT[:CUT]}.get(name, CONTENT))

    def _answer_again(self, name: str, *, is_first: bool) -> None:
        """Answer the first request badly, and later ones as a server of this kind does.

        The first answer breaks off after CUT bytes (`held`: it waits there; `busy`: it is 429; `unsized`: it announces
        no length). `changed` and `unproved` first had another file; only `changed` says so, by its entity tag.
        """
        offset = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        first = b"?" * CUT if name in ("changed", "unproved") else CONTENT[:CUT]
        tag = {"changed": '"v1"' if is_first else '"v2"', "unproved": None, "weak": 'W/"v1"'}.get(name, '"v1"')
        is_range = offset and name != "rangeless" and self.headers["If-Range"] in (None, tag)
        if name == "busy" and is_first:
            self._head(429, {"Retry-After": "0", "Content-Length": "0"})
        elif is_range and name == "refusing":
            self._head(416, {"Content-Length": "0"})
        elif is_range:
            start = offset + (1 if name == "shifted" else 0)
            length = {"Content-Length": str(len(CONTENT) - start)}
            self._head(206, length | {"Content-Range": f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}"}, tag)
            self.wfile.write(CONTENT[start:])
        else:
            is_sized = name != "unsized" or not is_first
            self._head(200, {"Content-Length": str(len(CONTENT))} if is_sized else {}, tag)
            self.wfile.write(first if is_first and name != "busy" else CONTENT)
        if name == "held" and is_first:
            self.wfile.flush()
            self.server.is_released.wait()
            self.wfile.write(CONTENT[CUT:])

    def _head(self, status: int, headers: dict[str, str], tag: str | None = None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if tag:
            self.send_header("ETag", tag)
        self.end_headers()

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
        self.ranges: list[tuple[str, str]] = []  # Range and If-Range of each request
        self.is_released = threading.Event()  # of the answer to /again-held

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
            server.is_released.set()
            server.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask a busy server again at once."""
    monkeypatch.setattr(downloading, "FIRST_WAIT_S", 0.0)


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
    """Describe the file, published at `url`, of which there also is another container."""
    return DatasetFile(name="small.npz", url=url, sha256=("0" * 64, DIGEST))


def sized_file(url: str) -> DatasetFile:
    """Describe the file, published at `url`, with its size."""
    return DatasetFile(name="small.npz", url=url, sha256=(DIGEST,), bytes=len(CONTENT))
