"""What a running trial says of itself, in a file that any process may read at any time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

from pydantic import Field, ValidationError

from ablation.records import Record

FILE_NAME = "progress.json"
Said = TypeVar("Said", bound=Record)


class Progress(Record):
    """The state of a running trial at the end of an epoch."""

    pid: int = Field(description="Process of the trial.")
    epoch: int = Field(description="Epochs finished.")
    first_epoch: int = Field(default=0, description="Epochs that were finished before it was interrupted last.")
    epochs: int = Field(description="Epochs to train.")
    metrics: dict[str, float] = Field(default_factory=dict, description="Of the last finished epoch.")
    started_at: float = Field(description="Seconds since 1970, when the process began its first epoch.")
    updated_at: float = Field(description="Seconds since 1970.")

    @property
    def eta_s(self) -> float | None:
        """Seconds left, at the speed so far; None before this process finished an epoch."""
        done = self.epoch - self.first_epoch
        return (self.updated_at - self.started_at) / done * (self.epochs - self.epoch) if done else None


class ExtractionProgress(Record):
    """How far frozen layers are with all samples."""

    done: int = Field(description="Samples.")
    total: int = Field(description="Samples.")


def write_progress(directory: Path, progress: Progress | ExtractionProgress) -> None:
    """Replace the progress file in a process's folder at once, so that no reader sees half of it."""
    temporary = directory / f".{FILE_NAME}"
    temporary.write_text(progress.model_dump_json(), encoding="utf-8")
    os.replace(temporary, directory / FILE_NAME)


def read_progress(directory: Path) -> Progress | None:
    """Return what the trial in `directory` last said, or None if it has said nothing yet."""
    return _read(directory, Progress)


def read_extraction_progress(directory: Path) -> ExtractionProgress | None:
    """Return what the extraction in `directory` last said, or None if it has said nothing yet."""
    return _read(directory, ExtractionProgress)


def _read(directory: Path, kind: type[Said]) -> Said | None:
    try:
        return kind.model_validate_json((directory / FILE_NAME).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
