"""One process per trial, forked from a template that has imported Keras and has not run it.

A trial's process can be killed, timed out or run out of memory alone. Forking costs milliseconds where importing
TensorFlow costs seconds; forking after TensorFlow has *run* would deadlock, which the template never does.
"""

from __future__ import annotations

import multiprocessing
import os
import pkgutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import connection, forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Literal

from ablation.processes.dependent import die_with_parent
from ablation.processes.memory import MemoryWatch, die_first
from ablation.processes.termination import EXIT_CODE as TERMINATED

LOG = "log.txt"
TEMPLATE = "ablation.training.template"  # imported once by the process that all others are forked from
POLL_S = 0.1
TERM_PATIENCE_S = 8.0  # a trial keeps its state at the end of a step, or of its epoch
_STOP = threading.Event()


@dataclass(frozen=True)
class ProcessEnd:
    """How a trial's process ended."""

    reason: Literal["done", "failed", "timeout", "interrupted"]
    error: str | None = None


@dataclass(frozen=True)
class Limits:
    """What a process may take before it is ended.

    Args:
        timeout_s: Seconds of wall time.
        memory_bytes: Of its own, beside the template's and mapped files; None: what the machine has.
    """

    timeout_s: float
    memory_bytes: int | None = None


_INTERRUPTED = ProcessEnd("interrupted", "interrupted before it was finished")


def warm_up() -> None:
    """Start the template process now, so that it imports Keras while other things happen."""
    _context()
    forkserver.ensure_running()


def cool_down() -> None:
    """End a template that `warm_up` started and that nothing was forked from; what is forked later starts another."""
    template = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]  # it has no public way to end
    if template is not None:
        os.kill(template, signal.SIGKILL)


def stop_all() -> None:
    """End every trial of this process, running or yet to come; used once, when the program is told to end."""
    _STOP.set()


def is_stopping() -> bool:
    """Whether the program was told to end."""
    return _STOP.is_set()


def run_isolated(
    work: str, job_json: str, directory: Path, *, limits: Limits, is_cancelled: Callable[[], bool] = is_stopping
) -> ProcessEnd:
    """Run `work(job_json, directory)` in a process of its own and wait for its end.

    Args:
        work: `module:function`, imported by the process alone; what it prints goes to log.txt.
        job_json: Passed on.
        directory: Passed on; made if need be.
        limits: Of time and memory.
        is_cancelled: Asked ten times a second; the process is ended once it is true.
    """
    directory.mkdir(parents=True, exist_ok=True)
    if is_cancelled():
        return _INTERRUPTED
    process = _context().Process(target=_enter, args=(work, job_json, directory.absolute()))
    process.start()
    try:
        return _watch(process, directory, limits, is_cancelled)
    finally:
        _end(process)


def _context() -> multiprocessing.context.ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([TEMPLATE])
    return context


def _watch(process: ForkServerProcess, directory: Path, limits: Limits, is_cancelled: Callable[[], bool]) -> ProcessEnd:
    assert process.pid is not None
    memory = MemoryWatch(process.pid, limits.memory_bytes)
    deadline = time.monotonic() + limits.timeout_s
    while not connection.wait([process.sentinel], timeout=POLL_S):
        if is_cancelled():
            return _INTERRUPTED
        if time.monotonic() > deadline:
            return ProcessEnd("timeout", f"over its time limit of {limits.timeout_s / 60:g} min (runtime.timeout_min)")
        if taken_bytes := memory.excess():
            memory.kill()
            return ProcessEnd("failed", _over_memory(taken_bytes, limits.memory_bytes or 0))
    process.join()
    return _explain(process.exitcode or 0, directory)


def _over_memory(taken_bytes: int, limit_bytes: int) -> str:
    return (
        f"over its memory limit of {limit_bytes / 1e9:g} GB (runtime.memory_gb): it used {taken_bytes / 1e9:.2f} GB. "
        "Lower training.batch_size, or raise the limit"
    )


def _explain(exit_code: int, directory: Path) -> ProcessEnd:
    if exit_code == 0:
        return ProcessEnd("done")
    if is_stopping():
        return _INTERRUPTED
    if exit_code == TERMINATED:
        return ProcessEnd("interrupted", "told to end; the same command goes on from its checkpoint")
    if exit_code < 0:
        hint = " (out of memory?)" if exit_code == -signal.SIGKILL else ""
        return ProcessEnd("failed", f"killed by {signal.Signals(-exit_code).name}{hint}")
    return ProcessEnd("failed", _last_line(directory / LOG) or f"ended with exit code {exit_code}")


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() if log.is_file() else []
    return lines[-1][:500] if lines else ""


def _end(process: ForkServerProcess) -> None:
    if process.is_alive():
        process.terminate()
        process.join(TERM_PATIENCE_S)
    if process.is_alive():
        process.kill()
        process.join()
    process.close()


def _enter(work: str, job_json: str, directory: Path) -> None:
    """Begin life as a trial's process: end with the template, ignore the terminal's Ctrl-C, log to a file."""
    die_with_parent()
    die_first()
    threading.Thread(target=_end_with_program, name="parent", daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _log_to(directory / LOG)
    try:
        pkgutil.resolve_name(work)(job_json, directory)
    except Exception as error:
        traceback.print_exc()
        print(f"{type(error).__name__}: {' '.join(str(error).split())}", file=sys.stderr, flush=True)
        sys.exit(1)


def _end_with_program() -> None:
    """End this process when the program that wanted it has ended.

    The template does not end before the trials do: each holds the pipe that keeps it alive.
    """
    program = multiprocessing.parent_process()
    if program is not None:
        connection.wait([program.sentinel])
        os.kill(os.getpid(), signal.SIGKILL)


def _log_to(path: Path) -> None:
    with path.open("ab", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
