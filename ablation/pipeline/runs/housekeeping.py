"""What may be removed without losing a result: what killed runs left, and what no run has used for long."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from ablation.pipeline.runs.owners import owners_of
from ablation.pipeline.workspace import alone, workspaces
from ablation.records import Record
from ablation.settings import Settings
from ablation.store import (
    CrashedRun,
    Store,
    find_leftovers,
    remove_lease,
    remove_unlocked,
    settle_killed,
    unlocked_leases,
)

OLDER_THAN_DAYS: Final = 30.0
_DAY_S: Final = 86_400.0

Kind = Literal["crashed run", "lease", "workspace", "checkpoint", "features", "prepared data", "stored samples"]
# Made again from datasets and specs when they are missing; the downloads themselves are kept.
_FOLDERS: Final[dict[Kind, str]] = {
    "checkpoint": "checkpoints",
    "features": "features",
    "prepared data": "prepared",
    "stored samples": "stored",
}


class Leftover(Record):
    """One thing that may be removed."""

    kind: Kind
    name: str
    bytes: int = Field(default=0, ge=0, description="On this machine's disk.")


class TidiedStore(Record):
    """What dead processes had left in a store."""

    leftovers: tuple[Leftover, ...]
    crashed: tuple[CrashedRun, ...] = Field(default=(), description="Runs that are marked as crashed now.")


def tidy_store(store: Store, settings: Settings, *, is_applied: bool) -> TidiedStore:
    """Mark runs that were killed as crashed and free what they held.

    Args:
        store: Where.
        settings: Where the cache is: it tells which owners of this machine have ended.
        is_applied: Whether anything is changed; else it is only said.
    """
    owners = owners_of(store, settings)
    found = find_leftovers(store, owners.has_ended)
    files = [] if store.root is None else unlocked_leases(store.root)
    leftovers = [Leftover(kind="crashed run", name=f"{run.study}/{run.run_id}") for run in found.runs]
    leftovers += [Leftover(kind="lease", name=stale.key) for stale in found.leases]
    leftovers += [Leftover(kind="lease", name=path.name, bytes=path.stat().st_size) for path in files]
    if not is_applied:
        return TidiedStore(leftovers=tuple(leftovers))
    settled = [settle_killed(store, run) for run in found.runs]
    for stale in found.leases:
        remove_lease(store, stale)
    for path in files:
        remove_unlocked(path)
    owners.remove_ended()
    return TidiedStore(leftovers=tuple(leftovers), crashed=tuple(run for run in settled if run is not None))


def tidy_cache(settings: Settings, *, older_than_days: float, is_applied: bool) -> tuple[Leftover, ...]:
    """Remove the folders of runs that were killed and, while no run is under way, what was not used for long.

    Args:
        settings: Where the cache is.
        older_than_days: Since a file was written or, where the file system keeps that, read.
        is_applied: Whether anything is removed; else it is only said.
    """
    runs = settings.cache_dir / "runs"
    if not settings.cache_dir.is_dir():
        return ()
    with alone(runs):  # no run begins meanwhile
        known = workspaces(settings)
        abandoned = [workspace.directory for workspace in known if not workspace.is_owned()]
        found: list[tuple[Kind, Path]] = [("workspace", path) for path in abandoned]
        if len(abandoned) == len(known):
            found += _unused(settings, older_than_days)
        leftovers = tuple(Leftover(kind=kind, name=path.name, bytes=_size(path)) for kind, path in found)
        if is_applied:
            for _, path in found:
                _remove(path)
    return leftovers


def _unused(settings: Settings, older_than_days: float) -> Iterator[tuple[Kind, Path]]:
    used_before_s = time.time() - older_than_days * _DAY_S
    for kind, name in _FOLDERS.items():
        for path in sorted((settings.cache_dir / name).glob("*")):
            if _used_s(path) < used_before_s:
                yield kind, path


def _used_s(path: Path) -> float:
    return max(max(found.st_mtime, found.st_atime) for found in (each.lstat() for each in _files(path) or [path]))


def _size(path: Path) -> int:
    return sum(each.lstat().st_size for each in _files(path))


def _files(path: Path) -> list[Path]:
    return [each for each in path.rglob("*") if not each.is_dir()] if path.is_dir() else [path]


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
