"""A proxy in front of a real S3 server that answers some requests with an error, cuts some off, and counts all."""

from __future__ import annotations

import http.client
import itertools
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Fault = Literal["busy", "broken", "forbidden", "slow", "hung", "cut upload", "lost answer", "cut answer"]
# How long a slow answer takes longer than others.
SLOW_S = 0.7
_STATUS: dict[str, tuple[int, str]] = {
    "busy": (503, "SlowDown"),
    "broken": (500, "InternalError"),
    "forbidden": (403, "AccessDenied"),
}
_HOP = {"connection", "expect", "transfer-encoding", "content-length", "keep-alive"}


@dataclass(frozen=True)
class Request:
    """What a client asks: its number counts from 0."""

    number: int
    method: str
    path: str


Decide = Callable[[Request], Fault | None]


def _pass(request: Request) -> Fault | None:
    return None


@dataclass
class FaultProxy:
    """A running proxy: `decide` may be replaced at any time."""

    address: str
    target: str
    decide: Decide = _pass
    requests: list[Request] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)


@contextmanager
def fault_proxy(target: str) -> Iterator[FaultProxy]:
    """Forward requests on a free loopback port to `target`, an http address, for the length of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    proxy = FaultProxy(f"http://127.0.0.1:{server.server_address[1]}", target)
    server.proxy = proxy  # type: ignore[attr-defined]  # what its handlers share
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, OSError):  # the client, or its whole process, is gone
            self.close_connection = True

    def handle_any(self) -> None:
        proxy: FaultProxy = self.server.proxy  # type: ignore[attr-defined]
        request = Request(next(proxy.numbers), self.command, urllib.parse.unquote(self.path))
        proxy.requests.append(request)
        fault = proxy.decide(request)
        length = int(self.headers.get("Content-Length", 0))
        if fault == "cut upload":
            self.rfile.read(length // 2)
            self.close_connection = True
            return
        body = self.rfile.read(length)
        if fault == "hung":
            self.connection.recv(1)  # nothing comes: this ends when the client goes away
            self.close_connection = True
            return
        if fault == "slow":
            time.sleep(SLOW_S)
        if fault in _STATUS:
            self._refuse(*_STATUS[fault])
            return
        status, headers, content = self._forward(proxy.target, body)
        if fault == "lost answer":
            self.close_connection = True
            return
        self._answer(status, headers, content, cut=fault == "cut answer")

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = handle_any

    def _forward(self, target: str, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(target).netloc, timeout=30)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
            connection.request(self.command, self.path, body, {**headers, "Content-Length": str(len(body))})
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes, *, cut: bool) -> None:
        length = dict((name.lower(), value) for name, value in headers).get("content-length", "0")
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", length if self.command == "HEAD" else str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if cut else content)
        self.close_connection = cut

    def _refuse(self, status: int, code: str) -> None:
        content = f"<Error><Code>{code}</Code><Message>injected</Message></Error>".encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
