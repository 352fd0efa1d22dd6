"""What a person sees while a run fetches: on a terminal, in a log, and of a real download."""

from __future__ import annotations

import hashlib
import http.server
import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from ablation.data import Transfer
from ablation.pipeline import Workspace
from ablation.settings import Settings
from cli.display.progress import showing_progress
from tests.conftest import DEADLINE_S, TINY, Project

MB = 1_000_000


def shown(tmp_path: Path, *transfers: Transfer, is_terminal: bool) -> str:
    """Return what is shown of transfers that were written before the last look."""
    settings, output = Settings(cache_dir=tmp_path), io.StringIO()
    console = Console(file=output, force_terminal=is_terminal, width=160)
    with showing_progress(settings, "run", total=2, console=console):
        for transfer in transfers:
            Workspace(settings, "run").write_transfer(transfer.name, transfer)
    return output.getvalue()


def test_log_has_a_line_for_a_file_that_is_fetched(tmp_path: Path) -> None:
    output = shown(tmp_path, Transfer("mnist.npz", 4 * MB, 11 * MB), is_terminal=False)
    assert output == "fetching mnist.npz: 4.0 of 11.0 MB\n"


def test_terminal_shows_the_files_that_are_fetched(tmp_path: Path) -> None:
    transfers = (Transfer("a.npz", 4 * MB, 11 * MB), Transfer("b.tar", MB, None))
    assert "fetching a.npz: 4.0 of 11.0 MB, fetching b.tar: 1.0 MB" in shown(tmp_path, *transfers, is_terminal=True)


def test_terminal_shows_no_file_that_is_there(tmp_path: Path) -> None:
    assert "fetching" not in shown(tmp_path, Transfer("a.npz", MB, MB), is_terminal=True)


HEAD, ROW = b"x1,x2,y\n", b"1.5,2.5,1\n0.5,0.25,0\n"
TABLE = HEAD + ROW * 500


class Server(http.server.ThreadingHTTPServer):
    """Sends half of a table, and the rest when it is released."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Halving)
        self.is_released = threading.Event()


class Halving(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(TABLE)))
        self.end_headers()
        self.wfile.write(TABLE[: len(TABLE) // 2])
        self.wfile.flush()
        self.server.is_released.wait(DEADLINE_S)
        self.wfile.write(TABLE[len(TABLE) // 2 :])

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.is_released.set()
            server.shutdown()
            thread.join()


@pytest.mark.slow
@pytest.mark.xdist_group("prefect")
def test_run_says_how_far_the_download_of_its_own_data_is(project: Project, server: Server) -> None:
    dataset = (
        f"{{uri: 'http://127.0.0.1:{server.server_address[1]}/table.csv', sha256: {hashlib.sha256(TABLE).hexdigest()}, "
        "format: {kind: csv, targets: [y]}, classes: 2, holdout: {test_fraction: 0.2}}"
    )
    project.write(TINY.replace("digits", dataset, 1).replace("units: 10", "units: 2").replace("[0, 1]", "[0]"))
    with project.start("run", "study.yaml") as process:
        assert process.stderr
        lines = []
        for line in process.stderr:
            lines.append(line)
            if line.startswith("fetching table.csv: "):
                server.is_released.set()
        assert process.wait(DEADLINE_S) == 0, "".join(lines)
    assert "fetching table.csv: 5.3 of 10.5 kB\n" in lines
    assert len([line for line in lines if ": trained" in line]) == 2
