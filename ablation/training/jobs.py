"""What a trial's process is told and what it answers, as JSON files in the trial's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from ablation.data import PreparedRef
from ablation.records import Record
from ablation.settings import Settings
from ablation.spec import ModelSpec, Trial

RESULT = "result.json"
LOG = "log.txt"
HISTORY = "history.csv"
MODEL = "model.keras"
PREDICTIONS = "predictions.npz"


class TrainJob(Record):
    """One trial to train."""

    trial: Trial
    prepared: PreparedRef
    cache_dir: str
    threads: int = Field(ge=1)

    @property
    def settings(self) -> Settings:
        """Settings that find the prepared data."""
        return Settings(cache_dir=Path(self.cache_dir))


class BuildJob(Record):
    """One model to build, to see that it can be."""

    model: ModelSpec
    input_shape: tuple[int, ...]
    classes: int = Field(ge=2, description="The model must have as many outputs.")


class TrainResult(Record):
    """How training ended, as the trial's own process saw it."""

    status: Literal["trained", "diverged"]
    epochs: int
    parameters: int
    train_s: float
    peak_rss_bytes: int
    error: str | None = None
