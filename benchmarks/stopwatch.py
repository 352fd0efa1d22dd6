"""Wall time, CPU time and memory of a command with all that it starts: `python -m benchmarks.stopwatch OUT COMMAND...`.

A process of its own, so that everything the command leaves behind becomes a child of this one and is counted (Linux:
PR_SET_CHILD_SUBREAPER), and nothing else is.
"""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import psutil

from benchmarks.figures import Measured

_PR_SET_CHILD_SUBREAPER = 36
_SAMPLE_S = 0.2
_MOST_SHARE = 0.02  # of a core at most: counting the pages of 10 GB takes a tenth of a second


def measure(command: list[str]) -> Measured:
    """Run a command to its end.

    Source: prctl(2), getrusage(2).
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    started = time.perf_counter()
    exit_code, peak_bytes = _watch(subprocess.Popen(command))
    wall_s = time.perf_counter() - started
    _reap()
    return Measured(exit_code=exit_code, wall_s=wall_s, cpu_s=_cpu_s(), peak_bytes=peak_bytes)


def _watch(process: subprocess.Popen[bytes]) -> tuple[int, int]:
    """Return how a process ended, and the most memory that it had with its descendants."""
    peak_bytes = 0
    while True:
        begun = time.thread_time()
        peak_bytes = max(peak_bytes, sum(map(_memory_bytes, psutil.Process().children(recursive=True))))
        try:
            return process.wait(max(_SAMPLE_S, (time.thread_time() - begun) / _MOST_SHARE)), peak_bytes
        except subprocess.TimeoutExpired:
            continue


def _memory_bytes(process: psutil.Process) -> int:
    """Return the proportional set size: a page that several processes share counts once in all.

    Source: proc_pid_smaps(5), Pss.
    """
    try:
        for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
        return int(process.memory_info().rss) if sys.platform != "linux" else 0
    except (OSError, psutil.Error):  # it has ended
        return 0


def _reap() -> None:
    """Wait for what the command left behind: its CPU time counts from then on."""
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    """Write what the command took to OUT and end as it did."""
    measured = measure(sys.argv[2:])
    Path(sys.argv[1]).write_text(measured.model_dump_json(), encoding="utf-8")
    return measured.exit_code


if __name__ == "__main__":
    sys.exit(main())
