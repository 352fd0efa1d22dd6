"""What a trial's process takes of main memory for itself, and who dies first where there is none left."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from pathlib import Path
from typing import Final

# How soon one that takes too much is seen; a look costs a third of a millisecond.
LOOK_S: Final = 0.25
# Of a thousand; the kernel ends the process with the highest score.
LEAST_TO_LOSE: Final = 300
_PROC: Final = Path("/proc")
_OWN: Final = ("RssAnon", "RssShmem", "VmSwap")
_PROPORTIONAL: Final = ("Pss_Anon", "Pss_Shmem", "SwapPss")


class MemoryWatch:
    """Looks now and then at what a process has taken since it was forked (Linux; elsewhere it sees nothing).

    Pages of files do not count: data that is mapped into memory takes none that others need. Neither does what the
    process had when it began, which it shares with the template it was forked from.

    Args:
        pid: Of a process that has only begun.
        limit_bytes: What it may take; None: as much as it likes.

    Source: proc_pid_status(5), proc_pid_smaps(5) and the kernel's documentation of smaps_rollup.
    """

    def __init__(self, pid: int, limit_bytes: int | None) -> None:
        self._pid = pid
        self._limit_bytes = limit_bytes
        self._shared_bytes = 0 if limit_bytes is None else _summed(pid, "status", _OWN)
        self._look_s = time.monotonic() + LOOK_S

    def excess(self) -> int | None:
        """Return what the process has taken in bytes, if that is more than it may and it is time to look."""
        if self._limit_bytes is None or time.monotonic() < self._look_s:
            return None
        self._look_s = time.monotonic() + LOOK_S
        taken = self.taken()
        return taken if taken > self._limit_bytes else None

    def taken(self) -> int:
        """Return what the process and those it has started have taken, in bytes."""
        children = list(_descendants(self._pid))
        if not children:
            return max(0, _summed(self._pid, "status", _OWN) - self._shared_bytes)
        # Each would count the whole of what a process shares with one that it has forked; what all share with the
        # template is then taken off more than once, which ends nobody too soon.
        shares = sum(_summed(pid, "smaps_rollup", _PROPORTIONAL) for pid in (self._pid, *children))
        return max(0, shares - self._shared_bytes)

    def kill(self) -> None:
        """End the process and those it has started, at once: told to end, it would go on until its next step."""
        for pid in (*_descendants(self._pid), self._pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def die_first() -> None:
    """Let the kernel end this process rather than the run or its store when the machine's memory is used up (Linux).

    Source: proc_pid_oom_score_adj(5); to raise it needs no privilege.
    """
    score = _PROC / "self/oom_score_adj"
    with contextlib.suppress(OSError):
        score.write_text(str(min(1000, int(score.read_text()) + LEAST_TO_LOSE)))


def _summed(pid: int, file: str, names: tuple[str, ...]) -> int:
    """Return the sum of some numbers of a process in bytes; 0 when it has ended."""
    try:
        lines = (_PROC / str(pid) / file).read_text()
    except OSError:
        return 0
    return sum(int(kibibytes) * 1024 for kibibytes in re.findall(rf"^(?:{'|'.join(names)}):\s+(\d+) kB$", lines, re.M))


def _descendants(pid: int) -> list[int]:
    """Return the processes that a process has started, and those that they have."""
    found: list[int] = []
    with contextlib.suppress(OSError):  # one that ends meanwhile
        for task in os.scandir(_PROC / str(pid) / "task"):
            found += map(int, Path(task.path, "children").read_text().split())
    return [each for child in found for each in (child, *_descendants(child))]
