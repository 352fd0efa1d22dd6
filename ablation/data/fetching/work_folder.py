"""The folder in which one file is fetched: one process or thread at a time, and what breaks off can go on."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = "lock"


@contextmanager
def work_folder(path: Path) -> Iterator[Path]:
    """Hold a folder, waiting for whoever holds it; it stays for the next attempt while there are bytes in it.

    The kernel releases the folder of a process that ends in any way.
    """
    descriptor = _acquire(path)
    try:
        yield path
    finally:
        _tidy(path)
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # a process forked meanwhile would keep what is only closed
        os.close(descriptor)


def _acquire(path: Path) -> int:
    """Lock the folder's lock file; the one before may have removed both while this one waited."""
    while True:
        with contextlib.suppress(FileExistsError):  # it was there, and is gone by the time mkdir looks what it is
            path.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            descriptor = os.open(path / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                if os.path.samestat(os.fstat(descriptor), os.stat(path / LOCK)):
                    return descriptor
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)


def _tidy(path: Path) -> None:
    if any(each.stat().st_size for each in path.iterdir()):
        return
    # The lock goes last: from then on the folder belongs to somebody else.
    for each in sorted(path.iterdir(), key=lambda each: each.name == LOCK):
        each.unlink()
    with contextlib.suppress(OSError):
        path.rmdir()
