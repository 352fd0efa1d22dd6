"""The server: on loopback, a thread a connection, for as long as its context is open."""

from __future__ import annotations

import logging
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from ablation.browsing.answers import COMMON, METHODS, Answer, Request, answer, failure
from ablation.browsing.view import HasEnded, StoreView
from ablation.store import Store, StoreError, open_object

HOST: Final = "127.0.0.1"
IDLE_S: Final = 60.0

_BODIES = {"content-length", "transfer-encoding"}

_log = logging.getLogger(__name__)


class PortUnavailable(Exception):
    """The server cannot listen at the port that was asked for."""


@contextmanager
def browsing(store: Store, port: int, has_ended: HasEnded) -> Iterator[str]:
    """Serve a store until the context closes, and yield the address of its index.

    Args:
        store: It is only read.
        port: On loopback; 0: any that is free.
        has_ended: Whether the process of a run, known by machine and owner, is known to have ended.

    Raises:
        PortUnavailable: Another program listens there, or this one may not.
    """
    server = _open(StoreView(store, has_ended), port)
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="browsing", daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _open(view: StoreView, port: int) -> _Server:
    try:
        return _Server(view, port)
    except OSError as error:
        raise PortUnavailable(
            f"port {port} of {HOST} cannot be used: {error.strerror}. Give another one with --port; 0 takes a free one."
        ) from error


class _Server(ThreadingHTTPServer):
    request_queue_size = 64

    def __init__(self, view: StoreView, port: int) -> None:
        self.view = view
        super().__init__((HOST, port), _Handler)

    def server_bind(self) -> None:
        """Listen, without asking the network for the name of this machine, as the class above does."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Note what went wrong; a browser that went away is nothing to note."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            _log.exception("a request failed")


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = IDLE_S

    def do_GET(self) -> None:
        """Answer any request."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        said = answer(self.server.view, Request(self.command, self.path, headers))
        if self.command not in METHODS or _BODIES & headers.keys():
            self.close_connection = True  # a body is never read, and must not be taken for the next request
        if said.key is not None and self.command == "GET":
            self._send_object(said, said.key)
        else:
            self._send(said)

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_GET

    def _send(self, said: Answer) -> None:
        self.send_response(said.status)
        for name, value in {**COMMON, **said.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(said.body)

    def _send_object(self, said: Answer, key: str) -> None:
        with ExitStack() as stack:
            try:
                pieces = stack.enter_context(open_object(self.server.view.store, key, said.span))
            except StoreError as error:
                self._send(failure(error))
                return
            self._send(said)
            self._send_pieces(pieces, int(said.headers["Content-Length"]))

    def _send_pieces(self, pieces: Iterator[bytes], length: int) -> None:
        """Send as many bytes as were promised; where there are fewer the connection ends, so that the browser knows."""
        try:
            for piece in pieces:
                self.wfile.write(piece[:length])
                length -= min(length, len(piece))
        except StoreError as error:
            _log.warning("%s", error)
        self.close_connection = self.close_connection or length > 0

    def version_string(self) -> str:
        """Name the program, and no version of what it runs on."""
        return "ablate"

    def log_message(self, format: str, *args: Any) -> None:
        """Note a request for those who look for it."""
        _log.debug(format, *args)
