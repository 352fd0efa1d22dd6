"""The Prefect server a run reports to: the one that is configured, or a temporary one that ends with this process.

Prefect can start a temporary server itself, but imports the whole server into the caller first (3 s more), and leaves
it behind when the caller is killed. Ours starts beside the imports, in a session of its own, and dies with us.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from ablation.processes import start_dependent, stop

STARTUP_TIMEOUT_S = 120.0
POLL_S = 0.05

# Set before Prefect is imported: no analytics, and a console that belongs to the progress bars (logs go to the server).
_SETTINGS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
}


class EngineUnreachable(Exception):
    """No Prefect server answers; the message says what to do."""


def configure_prefect() -> None:
    """Set what Prefect reads when it is imported, unless the user has set it."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)


def ensure_server(cache_dir: Path) -> str:
    """Make sure a Prefect server answers from now to the end of this process; import Prefect only after this.

    A temporary server is ended when the interpreter exits, after Prefect has sent it the last logs and events: exit
    handlers run in reverse order, and Prefect registers its own when it is imported.

    Returns:
        The address of the server's API.

    Raises:
        EngineUnreachable: The configured server does not answer, or the temporary one does not start.
    """
    configure_prefect()
    if configured := os.environ.get("PREFECT_API_URL"):
        return _checked(configured)
    process = TemporaryServer(cache_dir)
    atexit.register(process.stop)
    from prefect.settings import PREFECT_API_URL

    if configured := PREFECT_API_URL.value():  # by a Prefect profile
        process.stop()
        return _checked(configured)
    return process.wait_until_ready()


class TemporaryServer:
    """A server on a free loopback port; runs that start at once take turns, since they share one database."""

    def __init__(self, cache_dir: Path) -> None:
        cache_dir.mkdir(parents=True, exist_ok=True)
        self._log = cache_dir / "prefect-server.log"
        self._lock = (cache_dir / "prefect-server.lock").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._port = _free_port()
        self._process = self._start()

    @property
    def api_url(self) -> str:
        """The address of the server's API."""
        return f"http://127.0.0.1:{self._port}/api"

    def wait_until_ready(self) -> str:
        """Return the server's address once it answers."""
        deadline = time.monotonic() + STARTUP_TIMEOUT_S
        try:
            while not _answers(self.api_url):
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise EngineUnreachable(self._explain())
                time.sleep(POLL_S)
        finally:
            self._lock.close()
        return self.api_url

    def stop(self) -> None:
        """End the server."""
        self._lock.close()
        stop(self._process)

    def _start(self) -> subprocess.Popen[bytes]:
        application = "prefect.server.api.server:create_app"
        address = ["--host", "127.0.0.1", "--port", str(self._port)]
        return start_dependent(
            [sys.executable, "-m", "uvicorn", "--factory", application, *address, "--log-level", "error"],
            environment={**os.environ, "PREFECT_UI_ENABLED": "false"},
            log=self._log,
        )

    def _explain(self) -> str:
        tail = "\n  ".join(self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:])
        return (
            f"Prefect's temporary server did not start within {STARTUP_TIMEOUT_S:g} s; its log is {self._log}.\n"
            f"  {tail}\n"
            "  Start one with `make server` and set PREFECT_API_URL, or repair the installation: `make install`."
        )


def _checked(api_url: str) -> str:
    if not _answers(api_url):
        raise EngineUnreachable(
            f"The Prefect server at {api_url} (PREFECT_API_URL) does not answer.\n"
            "  Start it (`make server` starts a local one), or unset PREFECT_API_URL to use a temporary server."
        )
    return api_url


def _answers(api_url: str) -> bool:
    try:
        return httpx.get(f"{api_url.rstrip('/')}/health", timeout=5.0).status_code == 200
    except httpx.HTTPError:
        return False


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
