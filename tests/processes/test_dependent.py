from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from ablation.processes import start_dependent, stop

DEADLINE_S = 20.0
ROOT = Path(__file__).parents[1]
ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}

# A child that says who it is, then waits to be ended.
CHILD = "import os, signal; print(os.getpid(), os.getsid(0), flush=True); signal.pause()"

PARENT = """
import os, sys
from pathlib import Path
from ablation.processes import start_dependent
start_dependent([sys.executable, "-c", sys.argv[1]], environment=dict(os.environ), log=Path(sys.argv[2]))
print("started", flush=True)
sys.stdin.read()
"""

GRANDCHILD_BY_FORK = """
import os, signal, sys
from ablation.processes import die_with_parent
if os.fork() == 0:
    die_with_parent()
    print(os.getpid(), flush=True)
    signal.pause()
sys.stdin.read()
"""


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited {DEADLINE_S:g} s for {what}"
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def started(command: list[str], log: Path, **environment: str) -> subprocess.Popen[bytes]:
    process = start_dependent(command, environment=ENVIRONMENT | environment, log=log)
    wait_until(lambda: log.read_text() != "" or process.poll() is not None, "the child to speak")
    return process


def test_child_runs_in_a_session_of_its_own_with_the_given_environment(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    child = started(
        [sys.executable, "-c", f"import os; print(os.environ['WORD'], flush=True); {CHILD}"], log, WORD="hi"
    )
    try:
        wait_until(lambda: log.read_text().count("\n") == 2, "the child to say who it is")
        word, pid, session = log.read_text().split()
        assert (word, int(pid)) == ("hi", child.pid)
        assert int(session) == child.pid != os.getsid(0)
    finally:
        stop(child)


def test_child_writes_both_outputs_to_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    child = start_dependent(["sh", "-c", "echo out; echo err >&2"], environment=ENVIRONMENT, log=log)
    assert child.wait(DEADLINE_S) == 0
    assert log.read_text() == "out\nerr\n"


def test_program_that_does_not_exist_ends_the_child(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    child = start_dependent(["no-such-program"], environment=ENVIRONMENT, log=log)
    assert child.wait(DEADLINE_S) != 0
    assert "FileNotFoundError" in log.read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="needs PR_SET_PDEATHSIG")
def test_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, CHILD, str(log)],
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"started\n"
        wait_until(lambda: log.read_text().endswith("\n"), "the child to say who it is")
        pid = int(log.read_text().split()[0])
        assert is_running(pid)
        parent.send_signal(signal.SIGKILL)
        parent.wait(DEADLINE_S)
    wait_until(lambda: not is_running(pid), "the child to end")


@pytest.mark.skipif(sys.platform != "linux", reason="needs PR_SET_PDEATHSIG")
def test_forked_process_that_asks_for_it_ends_when_its_parent_is_killed() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", GRANDCHILD_BY_FORK], env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.send_signal(signal.SIGKILL)
        parent.wait(DEADLINE_S)
    wait_until(lambda: not is_running(pid), "the forked process to end")


def test_stopped_child_is_asked_first(tmp_path: Path) -> None:
    polite = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(3)); " + CHILD
    child = started([sys.executable, "-c", polite], tmp_path / "log.txt")
    stop(child, patience_s=DEADLINE_S)
    assert child.returncode == 3


def test_stopped_child_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + CHILD.replace(
        "signal.pause()", "[signal.pause() for _ in range(9)]"
    )
    child = started([sys.executable, "-c", deaf], tmp_path / "log.txt")
    stop(child, patience_s=0.05)
    assert child.returncode == -signal.SIGKILL


def test_stopping_a_child_that_has_ended_does_nothing(tmp_path: Path) -> None:
    child = start_dependent(["true"], environment=ENVIRONMENT, log=tmp_path / "log.txt")
    child.wait(DEADLINE_S)
    stop(child)
    assert child.returncode == 0
