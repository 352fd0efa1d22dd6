"""A run's folder on this machine: what is planned, what every trial is doing, its files until they are published."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ablation.data import Transfer
from ablation.pipeline.records import RunPlan
from ablation.records import TrialOutcome
from ablation.settings import Settings
from ablation.training import Progress, read_progress

_PLAN = "plan.json"
_OUTCOME = "outcome.json"
_OWNER = "owner.lock"
_WAITING = "waiting.txt"
_TRANSFERS = "transfers"
_AS_JSON = TypeAdapter(Transfer)

_log = logging.getLogger(__name__)


class Workspace:
    """The local folder of one run."""

    def __init__(self, settings: Settings, run_id: str) -> None:
        self.directory = settings.cache_dir / "runs" / run_id

    def trial_directory(self, variant: str, seed: int) -> Path:
        """Return the folder of one trial; it need not exist yet."""
        return self.directory / "variants" / variant / f"seed-{seed}"

    def begun(self) -> set[tuple[str, int]]:
        """Return variant and seed of the trials that have a folder."""
        folders = (self.directory / "variants").glob("*/seed-*")
        return {(folder.parent.name, int(folder.name.removeprefix("seed-"))) for folder in folders}

    @contextmanager
    def owned(self) -> Iterator[None]:
        """Hold the run for the length of the block; the kernel lets go of it however this process ends."""
        with ExitStack() as stack:
            with alone(self.directory.parent):  # or it would look abandoned before it is held
                self.directory.mkdir(parents=True, exist_ok=True)
                lock = stack.enter_context((self.directory / _OWNER).open("w"))
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def is_owned(self) -> bool:
        """Whether a living process works on the run."""
        try:
            with (self.directory / _OWNER).open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def write_plan(self, plan: RunPlan) -> None:
        """Record what the run is going to do."""
        _write(self.directory / _PLAN, plan.model_dump_json())

    def read_plan(self) -> RunPlan | None:
        """Return the plan, or None before it was made."""
        try:
            return RunPlan.model_validate_json((self.directory / _PLAN).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def write_outcome(self, outcome: TrialOutcome) -> None:
        """Record how a trial ended, for those who watch: a full disk ends no trial that is finished."""
        path = self.trial_directory(outcome.variant, outcome.seed) / _OUTCOME
        try:
            _write(path, outcome.model_dump_json())
        except OSError as error:
            _log.warning("%s seed %s: %s: %s", outcome.variant, outcome.seed, outcome.status, error)

    def read_outcome(self, variant: str, seed: int) -> TrialOutcome | None:
        """Return how a trial ended, or None while it has not."""
        try:
            return TrialOutcome.model_validate_json((self.trial_directory(variant, seed) / _OUTCOME).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def read_progress(self, variant: str, seed: int) -> Progress | None:
        """Return what a running trial last said, or None before its first word."""
        return read_progress(self.trial_directory(variant, seed))

    @contextmanager
    def waiting(self, variant: str, seed: int, run_id: str) -> Iterator[None]:
        """Record for the length of the block that a trial waits for another run, which trains it."""
        path = self.trial_directory(variant, seed) / _WAITING
        _write(path, run_id)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)

    def read_waiting(self, variant: str, seed: int) -> str | None:
        """Return the id of the run that a trial waits for; None where it waits for none."""
        try:
            return (self.trial_directory(variant, seed) / _WAITING).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def write_transfer(self, name: str, transfer: Transfer) -> None:
        """Record how far the fetching of something is.

        Args:
            name: Of what is fetched, which may be several files, one after the other.
            transfer: Of the file that is fetched now.
        """
        _write(self.directory / _TRANSFERS / f"{name}.json", _AS_JSON.dump_json(transfer).decode())

    def read_transfers(self) -> tuple[Transfer, ...]:
        """Return how far the fetching of everything is, that was begun on this machine."""
        paths = sorted((self.directory / _TRANSFERS).glob("[!.]*.json"))
        try:
            return tuple(_AS_JSON.validate_json(path.read_bytes()) for path in paths)
        except FileNotFoundError:  # the run has ended, and its folder is removed
            return ()

    def remove(self) -> None:
        """Forget the run; its results are in the store."""
        shutil.rmtree(self.directory, ignore_errors=True)


def workspaces(settings: Settings) -> list[Workspace]:
    """Return the runs that have a folder on this machine, oldest first."""
    directory = settings.cache_dir / "runs"
    names = sorted(path.name for path in directory.iterdir() if path.is_dir()) if directory.is_dir() else []
    return [Workspace(settings, name) for name in names]


def remove_abandoned(settings: Settings) -> None:
    """Remove the folders of runs whose process has ended; what they finished is in the store."""
    with alone(settings.cache_dir / "runs"):
        for workspace in workspaces(settings):
            if not workspace.is_owned():
                workspace.remove()


@contextmanager
def alone(runs: Path) -> Iterator[None]:
    """Keep other processes from claiming or removing runs for the length of the block.

    Args:
        runs: The folder of all workspaces.
    """
    runs.mkdir(parents=True, exist_ok=True)
    with (runs / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}-{threading.get_ident()}")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)
