"""Leases of a store that is a folder: locks of the kernel, freed however their owner ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from typing import Final

from ablation.store import layout
from ablation.store.leasing.leases import Holder, Lease, parsed


def try_lock(path: Path) -> int | None:
    """Lock a file, which is made if need be, and return its descriptor; None while another one has it locked."""
    return _lock(path, fcntl.LOCK_EX | fcntl.LOCK_NB)


def lock(path: Path) -> int:
    """Lock a file, which is made if need be, waiting for whoever has it, and return its descriptor."""
    descriptor = _lock(path, fcntl.LOCK_EX)
    assert descriptor is not None
    return descriptor


def unlock(path: Path, descriptor: int) -> None:
    """Remove a file that this process has locked, and let go of it."""
    path.unlink(missing_ok=True)
    fcntl.flock(descriptor, fcntl.LOCK_UN)  # a process forked meanwhile would keep what is only closed
    os.close(descriptor)


def is_locked(path: Path) -> bool:
    """Whether a living process has the file locked; there need not be one."""
    try:
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


class LeaseFiles:
    """Leases as locked files beside the objects. They need no heartbeat, and no request to the store.

    Args:
        root: The folder that holds the store's objects.
        holder: Who claims.
    """

    look_every_s: Final = 0.25

    def __init__(self, root: Path, holder: Holder) -> None:
        self._folder = root / layout.LOCKS
        self._holder = holder
        self._held: dict[str, int] = {}

    def claim(self, fingerprint: str) -> bool:
        """Take the lease of a trial, and return whether it is ours now."""
        descriptor = try_lock(self._path(fingerprint))
        if descriptor is None:
            return False
        with open(os.dup(descriptor), "r+b") as file:
            before = parsed(file.read())  # left by an owner that was killed
            file.seek(0)
            file.truncate()
            file.write(self._holder.lease(fingerprint, after=before).model_dump_json().encode())
        self._held[fingerprint] = descriptor
        return True

    def read(self, fingerprint: str) -> Lease | None:
        """Return the lease of a trial as its file says."""
        with contextlib.suppress(FileNotFoundError):
            return parsed(self._path(fingerprint).read_bytes())
        return None

    def renew(self) -> None:
        """Do nothing: the kernel knows who lives."""

    def release(self, fingerprint: str) -> None:
        """Give a lease back; it need not be ours."""
        descriptor = self._held.pop(fingerprint, None)
        if descriptor is not None:
            unlock(self._path(fingerprint), descriptor)

    def release_all(self) -> None:
        """Give back all leases of ours."""
        for fingerprint in list(self._held):
            self.release(fingerprint)

    def _path(self, fingerprint: str) -> Path:
        return self._folder / layout.lease_key(fingerprint).removeprefix(layout.LEASES)


def unlocked_leases(root: Path) -> list[Path]:
    """Return the files of leases whose owner was killed."""
    return [path for path in sorted((root / layout.LOCKS).glob("*.json")) if not is_locked(path)]


def remove_unlocked(path: Path) -> None:
    """Remove a file, unless somebody has locked it."""
    descriptor = try_lock(path)
    if descriptor is not None:
        unlock(path, descriptor)


def _lock(path: Path, operation: int) -> int | None:
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, operation)
            # Whoever had it may have removed it while this one waited: then the lock is of a file without a name.
            if os.path.samestat(os.fstat(descriptor), os.stat(path)):
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            return None
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
