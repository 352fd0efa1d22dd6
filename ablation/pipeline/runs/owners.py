"""Processes that own runs, and whether they live: a lock that the kernel frees however its process ends."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ablation.settings import Settings
from ablation.store import LOCKS, Store, is_locked, lock, remove_unlocked, unlock

# Of the kernel that runs now. Containers of one machine share it, and so their locks in a folder that they share.
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_IDENTITY = "machine"
_SUFFIX = ".lock"


@dataclass(frozen=True)
class Owners:
    """The processes that hold a lock in one folder.

    Args:
        folder: Of the locks: beside the objects of a store that is a folder, in the cache for all others.
    """

    folder: Path

    @property
    def machine(self) -> str:
        """Return the id of this folder under this kernel: where the two are the same, locks tell who lives.

        After a restart of the machine, for a copy of the folder (as in a container's image), and on each of several
        machines that mount the folder, it is another one.
        """
        boot_id = _BOOT_ID.read_text() if _BOOT_ID.is_file() else ""
        facts = [boot_id.strip(), self._identity()]
        found = self.folder.stat()
        return hashlib.sha256(f"{facts} {found.st_dev} {found.st_ino}".encode()).hexdigest()[:16]

    @contextmanager
    def hold(self) -> Iterator[str]:
        """Be an owner for the length of the block; yields its random id."""
        owner = secrets.token_hex(8)
        descriptor = lock(self._path(owner))
        try:
            yield owner
        finally:
            unlock(self._path(owner), descriptor)

    def has_ended(self, machine: str, owner: str) -> bool:
        """Whether an owner is known to have ended. Of another machine's nothing is known."""
        return machine == self.machine and not is_locked(self._path(owner))

    def remove_ended(self) -> None:
        """Remove the locks of owners that were killed."""
        for path in sorted(self.folder.glob(f"*{_SUFFIX}")):
            remove_unlocked(path)

    def _path(self, owner: str) -> Path:
        # The id may come from another one's record: no name can leave the folder.
        return self.folder / f"{hashlib.sha256(owner.encode()).hexdigest()[:32]}{_SUFFIX}"

    def _identity(self) -> str:
        path = self.folder / _IDENTITY
        if not path.is_file():
            self.folder.mkdir(parents=True, exist_ok=True)
            written = path.with_name(f".{secrets.token_hex(8)}")
            written.write_text(secrets.token_hex(16), encoding="ascii")
            _name(written, path)
        return path.read_text(encoding="ascii")


def owners_of(store: Store, settings: Settings) -> Owners:
    """Return the owners of runs that can be seen from this machine."""
    beside = settings.cache_dir.absolute() if store.root is None else store.root / LOCKS
    return Owners(beside / "owners")


def _name(written: Path, path: Path) -> None:
    """Give a file its name, unless another one was first."""
    try:
        os.link(written, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        os.replace(written, path)
    written.unlink(missing_ok=True)
