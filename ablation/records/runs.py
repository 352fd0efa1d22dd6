"""The commit of a run."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from ablation.records.base import SHA256, Record
from ablation.records.trials import TrialStatus

RunStatus = Literal["complete", "incomplete"]


class PublishedFile(Record):
    """One file of a published run."""

    path: str = Field(description="Relative to the run's folder, with forward slashes.")
    sha256: str = Field(pattern=SHA256)
    bytes: int = Field(ge=0)
    content_type: str


class RunManifest(Record):
    """The commit of a run: written last, so a reader sees the whole run or none of it."""

    schema_version: Literal[1] = 1
    study: str
    run_id: str
    status: RunStatus = Field(description="complete: every trial finished; incomplete: at least one did not.")
    question: str | None = None
    headline: str = Field(description="The newest verdict in one line, for index pages.")
    finished_at: datetime
    wall_s: float
    trials: dict[TrialStatus, int] = Field(description="Number of trials by status.")
    files: tuple[PublishedFile, ...]
