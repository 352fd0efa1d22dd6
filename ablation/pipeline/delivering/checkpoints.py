"""The checkpoint of a trial: on this machine, and in the store as well where its disk may be lost.

The trial's own process knows the file alone. This one, which waits for it, carries the file to the store and back.
"""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ablation.pipeline.records import RunContext
from ablation.processes import ProcessEnd
from ablation.settings import Settings
from ablation.store import (
    StoredCheckpoint,
    StoreError,
    StoreLocation,
    connect,
    delete_checkpoint,
    download_checkpoint,
    find_checkpoint,
    put_checkpoint,
)
from ablation.training import forget_checkpoint, read_reached

# Uploads take at most this share of the time, however large a state is.
BUSY_SHARE = 0.2
SHORTEST_PAUSE_S = 0.2
# A store that does not answer does not hold up what comes after the training.
PATIENCE_S = 10.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrialCheckpoint:
    """Where the state of a trial is kept: by its identity, so that any later run finds it.

    Args:
        fingerprint: Of the trial.
        path: The file on this machine.
        store: Has a copy; None: there is no other than the file.
        interval_s: Least seconds between two uploads.
    """

    fingerprint: str
    path: Path
    store: StoreLocation | None = None
    interval_s: float = 0.0

    def restore(self, directory: Path) -> None:
        """Replace the file by the store's copy, where that is further along; one that is damaged is left alone.

        Args:
            directory: Of the trial; holds the copy until it is known to be right.
        """
        if self.store is None:
            return
        copy = directory / "checkpoint.download"
        try:
            found = find_checkpoint(connect(self.store), self.fingerprint)
            if found is None or found.reached <= (read_reached(self.path) or (0, 0)):
                return
            self._download(found, copy)
        except (StoreError, OSError) as error:
            _log.warning("the checkpoint in the store is not used: %s", " ".join(str(error).split()))
        finally:
            copy.unlink(missing_ok=True)

    def mirror(self, work: Callable[[], ProcessEnd], directory: Path) -> ProcessEnd:
        """Do the work that writes the file; while it lasts, and after it was ended early, the store has a copy.

        Args:
            work: Trains the trial.
            directory: Of the trial; holds a state while it is uploaded.
        """
        if self.store is None:
            return work()
        mirror = _Mirror(self, self.store, directory)
        with mirror:
            end = work()
        if end.reason != "done":  # what it kept when it was told to end
            mirror.upload()
        return end

    def forget(self) -> None:
        """Remove the file and the store's copy."""
        forget_checkpoint(self.path)
        if self.store is not None:
            try:
                delete_checkpoint(connect(self.store), self.fingerprint)
            except StoreError as error:
                _log.warning("a checkpoint is left in the store: %s", error)

    def _download(self, found: StoredCheckpoint, copy: Path) -> None:
        assert self.store is not None
        download_checkpoint(connect(self.store), found, copy)
        if read_reached(copy) != found.reached:
            _log.warning("the checkpoint in the store is not used: its bytes are no state of the trial")
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        copy.replace(self.path)


def checkpoint_of(fingerprint: str, run: RunContext, settings: Settings) -> TrialCheckpoint:
    """Return where a trial of a run keeps its state."""
    return TrialCheckpoint(
        fingerprint,
        checkpoint_path(fingerprint, settings),
        run.store if run.has_stored_checkpoints else None,
        run.checkpoint_s,
    )


def checkpoint_path(fingerprint: str, settings: Settings) -> Path:
    """Return where this machine keeps the state of a trial."""
    return settings.cache_dir.absolute() / "checkpoints" / fingerprint


class _Mirror:
    """A thread that uploads a checkpoint when it has changed, for the length of a `with` block."""

    def __init__(self, checkpoint: TrialCheckpoint, store: StoreLocation, directory: Path) -> None:
        self._checkpoint, self._store = checkpoint, store
        self._copy = directory / "checkpoint.upload"
        self._uploaded: tuple[int, ...] | None = None
        self._is_failing = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="checkpoint", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(PATIENCE_S)

    def upload(self) -> None:
        """Upload the state that is there now, unless it was before; a store that fails costs a line in the log."""
        if self._ended.is_set() and self._thread.is_alive():
            return
        try:
            self._upload()
            self._is_failing = False
        except (StoreError, OSError) as error:
            if not self._is_failing:
                _log.warning("a checkpoint is on this machine alone: %s", " ".join(str(error).split()))
            self._is_failing = True
        finally:
            self._copy.unlink(missing_ok=True)

    def _run(self) -> None:
        pause_s = self._pause_s(0.0)
        while not self._ended.wait(pause_s):
            began_at = time.monotonic()
            self.upload()
            pause_s = self._pause_s(time.monotonic() - began_at)

    def _pause_s(self, upload_s: float) -> float:
        return max(self._checkpoint.interval_s, SHORTEST_PAUSE_S, upload_s * (1 / BUSY_SHARE - 1))

    def _upload(self) -> None:
        try:
            _take(self._checkpoint.path, self._copy)
        except FileNotFoundError:
            return
        state, reached = _version(self._copy), read_reached(self._copy)
        if state != self._uploaded and reached is not None:
            store = replace(connect(self._store), patience_s=0.0)  # the next state is soon there
            put_checkpoint(store, self._checkpoint.fingerprint, self._copy, reached)
            self._uploaded = state


def _take(path: Path, copy: Path) -> None:
    """Give a file a second name under which it stays as it is: a new state takes the place of the first name alone."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.unlink(missing_ok=True)
    try:
        os.link(path, copy)
    except FileNotFoundError:
        raise
    except OSError:  # a file system without hard links
        shutil.copyfile(path, copy)
        shutil.copystat(path, copy)


def _version(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size
