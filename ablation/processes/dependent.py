"""Child processes that end with their parent, whatever ends the parent."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def die_with_parent(signum: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel to send this process `signum` when its parent ends (Linux; elsewhere a no-op).

    Source: prctl(2), PR_SET_PDEATHSIG.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signum, 0, 0, 0)


def start_dependent(command: Sequence[str], *, environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own (a terminal's Ctrl-C does not reach it) that ends with this process.

    Args:
        command: Program and arguments; the program is a path or a name on PATH.
        environment: The whole environment of the child.
        log: File that receives its standard output and error.
    """
    launcher = [sys.executable, "-S", "-E", "-c", _LAUNCHER, str(os.getpid()), *command]
    with log.open("wb") as output:
        return subprocess.Popen(
            launcher,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def stop(process: subprocess.Popen[bytes], *, patience_s: float = 2.0) -> None:
    """End `process`: TERM first, KILL when it has not ended after `patience_s` seconds."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(timeout=patience_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


# The kernel forgets the death signal on fork but keeps it over exec: set it in a small interpreter, then become the
# command. A parent that ended before prctl ran is noticed by its changed process id.
_LAUNCHER = (
    "import ctypes, os, sys\n"
    "if sys.platform == 'linux': ctypes.CDLL(None).prctl(1, 15, 0, 0, 0)\n"
    "if os.getppid() != int(sys.argv[1]): sys.exit(1)\n"
    "os.execvp(sys.argv[2], sys.argv[2:])\n"
)
