"""What a trial's process takes of main memory: only its own counts, and one that takes too much is ended alone."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from ablation.processes import Limits, ProcessEnd, run_isolated
from ablation.processes.memory import LEAST_TO_LOSE, MemoryWatch
from tests.conftest import wait_for

MB = 10**6
WORKS = "tests.processes.works"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@contextmanager
def taking(directory: Path, limits: Limits, *megabytes: int) -> Iterator[Future[ProcessEnd]]:
    """Run a process that takes memory, itself, in a child and of a file; it ends with the block if not before."""
    cancelled = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        job, work = json.dumps(megabytes), f"{WORKS}:take_memory"
        end = pool.submit(run_isolated, work, job, directory, limits=limits, is_cancelled=cancelled.is_set)
        try:
            yield end
        finally:
            cancelled.set()


def pids_in(directory: Path) -> list[int]:
    """Return the processes that have their memory."""
    return [int(path.name.removeprefix("pid-")) for path in directory.glob("pid-*")]


def begun_in(directory: Path) -> int | None:
    """Return the process that is about to take its memory."""
    begun = directory / "begun"
    return int(begun.read_text() or 0) if begun.exists() else None


@pytest.mark.parametrize(
    ("own", "child", "mapped", "least", "most"),
    [
        pytest.param(60, 0, 40, 60, 70, id="beside a file"),
        pytest.param(1, 0, 200, 0, 10, id="of a file", marks=pytest.mark.slow),
        pytest.param(400, 200, 0, 300, 620, id="with a child", marks=pytest.mark.slow),
    ],
)
def test_memory_that_counts_is_what_a_process_and_its_children_took_themselves(
    own: int, child: int, mapped: int, least: int, most: int, tmp_path: Path
) -> None:
    with taking(tmp_path, Limits(60), own, child, mapped):
        watch = MemoryWatch(wait_for(lambda: begun_in(tmp_path), "the process to begin"), limit_bytes=1)
        (tmp_path / "go").touch()
        wait_for(lambda: len(pids_in(tmp_path)) == (2 if child else 1), "it to have its memory")
        assert least * MB <= watch.taken() < most * MB
        watch.kill()


@pytest.mark.parametrize(("own", "child"), [(300, 0), pytest.param(1, 600, marks=pytest.mark.slow)])
def test_process_over_its_memory_limit_is_ended_with_its_children(own: int, child: int, tmp_path: Path) -> None:
    with taking(tmp_path, Limits(60, memory_bytes=200 * MB), own, child, 0) as end:
        (tmp_path / "go").touch()
        ended = end.result(60)
    assert ended.reason == "failed"
    message = str(ended.error)
    assert message.startswith("over its memory limit of 0.2 GB (runtime.memory_gb): it used 0.")
    assert message.endswith("GB. Lower training.batch_size, or raise the limit")
    wait_for(lambda: not any(map(is_running, pids_in(tmp_path))), "what was killed to be gone")


def test_process_that_has_ended_takes_nothing() -> None:
    watch = MemoryWatch(2**22 + 1, limit_bytes=1)  # above what a process id can be
    assert watch.taken() == 0
    watch.kill()


def test_machine_without_memory_left_ends_a_trial_rather_than_the_run(tmp_path: Path) -> None:
    run_isolated(f"{WORKS}:say_score", "", tmp_path, limits=Limits(60))
    own = int(Path("/proc/self/oom_score_adj").read_text())
    assert int((tmp_path / "score").read_text()) == min(1000, own + LEAST_TO_LOSE)


def is_running(pid: int) -> bool:
    """Whether a process has not ended; one that nobody has waited for yet has."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
