"""What became of one trial."""

from typing import Literal

from pydantic import Field, JsonValue

from ablation.records.base import SHA256, BlobRef, Record
from ablation.records.provenance import Determinism, Provenance

TrialStatus = Literal["trained", "cached", "failed", "diverged", "timeout", "interrupted"]
ModelFormat = Literal["keras", "saved_model", "tflite", "onnx"]


class Export(Record):
    """The trained model in one format: written, read again, compared with what it said when it was trained."""

    format: ModelFormat
    file: str | None = Field(default=None, description="Among the trial's files; None where there is none.")
    samples: int = Field(default=0, ge=0, description="Of the test part, that the outputs were compared on.")
    tolerance: float | None = Field(
        default=None, gt=0, description="As a share of the model's largest output, or of 1 where that is less."
    )
    largest_difference: float | None = Field(default=None, ge=0, description="As such a share.")
    versions: dict[str, str] = Field(default_factory=dict, description="Of what wrote it and read it.")
    error: str | None = Field(default=None, description="Why there is no file.")


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
    exports: tuple[Export, ...] = Field(default=(), description="Other formats of the model that were asked for.")
    provenance: Provenance | dict[str, JsonValue] | None = Field(
        default=None, exclude=True, description="On its way to the trial's manifest, which has it beside the outcome."
    )
    is_waiting: bool = Field(default=False, description="Whether it is on one machine alone, for its store was away.")

    @property
    def is_finished(self) -> bool:
        """Whether the trial has a result that can be compared."""
        return self.status in ("trained", "cached")
