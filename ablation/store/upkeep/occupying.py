"""One copy at a time into a folder, so that what an interrupted one left there is known to be nobody's."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ablation.store.upkeep.errors import FolderTaken, FolderUnwritable

# As `whole_file` names a file that is not whole yet.
_PART = re.compile(r"\.(.{1,100})\.[0-9a-f]{12}\.part", re.DOTALL)


@contextmanager
def occupied(root: Path) -> Iterator[None]:
    """Make a folder and keep other copies out of it for the length of the block.

    Raises:
        FolderTaken: Another one is at work there.
        FolderUnwritable: It cannot be made.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise FolderUnwritable(f"cannot make the folder {root}: {error.strerror}. Give another one.") from error
    try:
        _lock(descriptor, root)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, root: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise FolderTaken(f"a run is being copied to {root} at this moment. Wait, or give another folder.") from None
    except OSError:  # a file system without locks of folders, e.g. NFS
        return


def remove_parts(paths: list[Path]) -> None:
    """Remove the unfinished copies of some files that an interrupted copy left beside them."""
    names: dict[Path, set[str]] = {}
    for path in paths:
        names.setdefault(path.parent, set()).add(path.name[:100])
    for folder, known in names.items():
        for path in folder.glob(".*.part"):
            found = _PART.fullmatch(path.name)
            if found and found[1] in known:
                path.unlink(missing_ok=True)
