"""The small frozen JSON records that travel between rooms, tasks and machines.

Arrays and models never travel; a record holds numbers and references to content-addressed bytes.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

TrialStatus = Literal["trained", "cached", "failed", "diverged", "timeout", "interrupted"]
RunStatus = Literal["complete", "incomplete"]

SHA256 = r"^[0-9a-f]{64}$"


class Record(BaseModel):
    """Base of every record: frozen, no unknown fields, non-finite floats written as JSON strings."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


class BlobRef(Record):
    """A reference to immutable bytes by their digest."""

    sha256: str = Field(pattern=SHA256)
    bytes: int = Field(ge=0)
    content_type: str


class Determinism(Record):
    """How exactly a trial's numbers come again, and what they depend on beside its identity."""

    level: Literal["bit-exact", "seeded"] = Field(
        description="bit-exact: the same bits where the rest of this record is the same; seeded: the same split, order "
        "and initial weights, sums in any order."
    )
    backend: str = Field(description="Of Keras; its version is in the trial's identity.")
    has_deterministic_operations: bool = Field(description="Whether the backend was told to use no others.")
    threads: int = Field(ge=1, description="Of one operation.")
    device: str = Field(description="cpu, gpu or tpu.")
    device_name: str = Field(description="Its model; no machine's name.")
    instructions: tuple[str, ...] = Field(default=(), description="Of the processor's arithmetic.")


class TrialOutcome(Record):
    """What became of one trial: a variant trained with one seed."""

    variant: str
    seed: int
    fingerprint: str = Field(pattern=SHA256, description="Identity: equal fingerprint, equal result.")
    status: TrialStatus
    metrics: dict[str, float] = Field(default_factory=dict, description="By name, e.g. val_loss, test_accuracy.")
    epochs: int = Field(default=0, ge=0, description="Epochs finished.")
    best_epoch: int | None = Field(default=None, ge=1, description="Epoch whose weights were kept; None: the last.")
    resumed_from: int | None = Field(default=None, ge=0, description="Epochs done before it was interrupted last.")
    parameters: int | None = Field(default=None, description="Number of weights of the model.")
    train_s: float = Field(default=0.0, ge=0, description="Seconds in the trial's process.")
    cpu_s: float = Field(default=0.0, ge=0, description="CPU seconds of the process that finished the trial.")
    peak_rss_bytes: int | None = Field(default=None, description="Peak resident memory of the trial's process.")
    determinism: Determinism | None = Field(default=None, description="None where an older version trained it.")
    error: str | None = Field(default=None, description="What went wrong, in one or two lines.")
    files: dict[str, BlobRef] = Field(default_factory=dict, description="By file name, e.g. history.csv, model.keras.")
    is_waiting: bool = Field(default=False, description="Whether it is on one machine alone, for its store was away.")

    @property
    def is_finished(self) -> bool:
        """Whether the trial has a result that can be compared."""
        return self.status in ("trained", "cached")


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
