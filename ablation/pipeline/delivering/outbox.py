"""The outbox: finished trials whose store was away, on this machine until they are published.

A folder for each store, in it a folder for each trial: its files, and the record that its manifest is made from. A
trial's folder gets its place by one rename, whole, and is gone from it before it is removed.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import secrets
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import Field, JsonValue, ValidationError

from ablation.records import Provenance, Record, TrialOutcome
from ablation.settings import Settings
from ablation.store import Store, reference, store_name

RECORD = "waiting.json"
FOLDER = "outbox"

_log = logging.getLogger(__name__)


class WaitingTrial(Record):
    """A finished trial that is on this machine alone, and what its manifest is going to say."""

    schema_version: Literal[1] = 1
    store: str = Field(description="Which one it is for; no secret is part of it.")
    study: str
    run_id: str = Field(description="Of the run that trained it.")
    held_at: datetime
    outcome: TrialOutcome
    provenance: Provenance | dict[str, JsonValue] = Field(description="Code, machine and versions that made it.")
    has_stored_checkpoint: bool = Field(description="Whether the store may have its last checkpoint.")


@dataclass(frozen=True)
class Outbox:
    """What waits on this machine for one store.

    Args:
        directory: Has a folder for each trial, by fingerprint.
        store: Tells the store from every other one.
    """

    directory: Path
    store: str

    def hold(self, folder: Path, waiting: WaitingTrial) -> None:
        """Take a trial's folder: nothing of it is left where it was, and what is not published is removed.

        An equal trial that waits already is replaced.

        Raises:
            FileNotFoundError: A file of the trial is not in the folder.
        """
        for name in waiting.outcome.files:
            (folder / name).stat()
        _remove_others(folder, set(waiting.outcome.files))
        (folder / RECORD).write_text(waiting.model_dump_json(indent=1), encoding="utf-8")
        self.directory.mkdir(parents=True, exist_ok=True)
        place = self._place(waiting.outcome.fingerprint)
        while True:
            self.discard(waiting.outcome.fingerprint)
            try:
                folder.rename(place)
                return
            except OSError:
                if not place.exists():  # else an equal trial of another run came in between
                    raise

    def trials(self) -> tuple[WaitingTrial, ...]:
        """Return what waits, oldest first."""
        found = [_read(path) for path in self.directory.glob(f"[0-9a-f]*/{RECORD}")]
        return tuple(sorted((each for each in found if each is not None), key=lambda each: each.held_at))

    def path_of(self, waiting: WaitingTrial, name: str) -> Path:
        """Return where a file of a trial that waits is."""
        return self._place(waiting.outcome.fingerprint) / name

    def is_whole(self, waiting: WaitingTrial) -> bool:
        """Whether each file of a trial has the bytes that it had when it was put here."""
        try:
            return all(
                reference(self.path_of(waiting, name), ref.content_type) == ref
                for name, ref in waiting.outcome.files.items()
            )
        except FileNotFoundError:
            return False

    def discard(self, fingerprint: str) -> None:
        """Remove a trial; it need not be there."""
        aside = self.directory / f".{secrets.token_hex(8)}"
        try:
            self._place(fingerprint).rename(aside)
        except FileNotFoundError:
            return
        shutil.rmtree(aside, ignore_errors=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes from publishing for the length of the block; the kernel lets go of it in any case."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _place(self, fingerprint: str) -> Path:
        return self.directory / fingerprint


def outbox_of(store: Store, settings: Settings) -> Outbox:
    """Return what waits on this machine for a store."""
    name = store_name(store)
    folder = hashlib.sha256(name.encode()).hexdigest()[:16]
    return Outbox(settings.cache_dir / FOLDER / folder, name)


def count_waiting(settings: Settings) -> dict[str, int]:
    """Return how many finished trials wait on this machine, by store."""
    records = map(_read, sorted((settings.cache_dir / FOLDER).glob(f"*/[0-9a-f]*/{RECORD}")))
    return dict(Counter(waiting.store for waiting in records if waiting is not None))


def _remove_others(folder: Path, kept: set[str]) -> None:
    for path in folder.iterdir():
        if path.name in kept:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _read(path: Path) -> WaitingTrial | None:
    try:
        return WaitingTrial.model_validate_json(path.read_bytes())
    except FileNotFoundError:  # another process has published it
        return None
    except (OSError, ValidationError) as error:
        _log.warning("%s is ignored: not the record of a trial that waits (%s)", path, type(error).__name__)
        return None
