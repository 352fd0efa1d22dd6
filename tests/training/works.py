"""What trials' processes are told to do in the tests of isolation."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path


def write_job(job: str, directory: Path) -> None:
    print("said to the log")
    (directory / "got.txt").write_text(f"{job} {os.getpid()} {os.getppid()}")


def raise_error(job: str, directory: Path) -> None:
    raise ValueError("the reason\n in two lines")


def kill_self(job: str, directory: Path) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def wait_forever(job: str, directory: Path) -> None:
    (directory / "pid").write_text(str(os.getpid()))
    threading.Event().wait()


def ignore_term(job: str, directory: Path) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    wait_forever(job, directory)
