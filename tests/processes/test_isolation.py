from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ablation.processes import Limits, ProcessEnd, run_isolated
from tests.conftest import ROOT, wait_for

WORKS = "tests.processes.works"


def run(name: str, directory: Path, *, timeout_s: float = 60.0, cancelled: threading.Event | None = None) -> ProcessEnd:
    is_cancelled = cancelled.is_set if cancelled else lambda: False
    return run_isolated(f"{WORKS}:{name}", "the job", directory, limits=Limits(timeout_s), is_cancelled=is_cancelled)


def test_run_isolated_works_in_another_process_and_logs_to_a_file(tmp_path: Path) -> None:
    assert run("write_job", tmp_path / "a") == ProcessEnd("done")
    got = (tmp_path / "a" / "got.txt").read_text()
    assert got.startswith("the job ")
    assert str(os.getpid()) not in got.split()[2:]
    assert "said to the log" in (tmp_path / "a" / "log.txt").read_text()


def test_run_isolated_work_that_raises_is_failed_with_its_reason(tmp_path: Path) -> None:
    end = run("raise_error", tmp_path)
    assert end == ProcessEnd("failed", "ValueError: the reason in two lines")
    assert "Traceback" in (tmp_path / "log.txt").read_text()


def test_run_isolated_killed_process_is_failed_by_signal(tmp_path: Path) -> None:
    end = run("kill_self", tmp_path)
    assert end.reason == "failed"
    assert str(end.error).startswith("killed by SIGKILL")


@pytest.mark.parametrize("name", ["wait_forever", pytest.param("ignore_term", marks=pytest.mark.slow)])
def test_run_isolated_over_its_time_limit_is_ended(name: str, tmp_path: Path) -> None:
    end = run(name, tmp_path, timeout_s=0.5)
    assert end.reason == "timeout"
    assert "runtime.timeout_min" in str(end.error)
    assert not is_running(tmp_path)


def test_run_isolated_cancelled_is_interrupted_and_its_process_is_gone(tmp_path: Path) -> None:
    cancelled = threading.Event()
    ends: list[ProcessEnd] = []
    thread = threading.Thread(target=lambda: ends.append(run("wait_forever", tmp_path, cancelled=cancelled)))
    thread.start()
    while not (tmp_path / "pid").exists() and thread.is_alive():
        thread.join(0.02)
    cancelled.set()
    thread.join()
    assert ends[0].reason == "interrupted"
    assert not is_running(tmp_path)


def test_run_isolated_cancelled_before_it_starts_runs_nothing(tmp_path: Path) -> None:
    cancelled = threading.Event()
    cancelled.set()
    assert run("write_job", tmp_path, cancelled=cancelled).reason == "interrupted"
    assert not (tmp_path / "got.txt").exists()


@pytest.mark.slow
def test_run_isolated_failure_does_not_touch_a_trial_beside_it(tmp_path: Path) -> None:
    ends: dict[str, ProcessEnd] = {}

    def start(name: str) -> threading.Thread:
        thread = threading.Thread(target=lambda: ends.update({name: run(name, tmp_path / name)}))
        thread.start()
        return thread

    for thread in [start("kill_self"), start("raise_error"), start("write_job")]:
        thread.join()

    assert {name: end.reason for name, end in ends.items()} == {
        "kill_self": "failed",
        "raise_error": "failed",
        "write_job": "done",
    }


PROGRAM = """
import sys
from pathlib import Path
from ablation.processes import Limits, run_isolated
if __name__ == "__main__":
    run_isolated("tests.processes.works:wait_forever", "", Path(sys.argv[1]), limits=Limits(600))
"""


@pytest.mark.slow
def test_run_isolated_process_ends_with_a_program_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(tmp_path / "program.py"), str(tmp_path)]
    with subprocess.Popen(command, env=environment, cwd=tmp_path) as program:
        pid = wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text(), "the trial to start")
        program.kill()
    wait_for(lambda: not Path(f"/proc/{pid}").exists(), "the trial to end")


def is_running(directory: Path) -> bool:
    """Whether the process that wrote its id into `directory` is still there; it may not have come so far."""
    pid = directory / "pid"
    return pid.exists() and Path(f"/proc/{pid.read_text()}").exists()
