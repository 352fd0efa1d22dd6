"""The small frozen JSON records that travel between rooms, tasks and machines.

Arrays and models never travel; a record holds numbers and references to content-addressed bytes.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

TrialStatus = Literal["trained", "cached", "failed", "diverged", "timeout", "interrupted"]
RunStatus = Literal["complete", "incomplete"]
ModelFormat = Literal["keras", "saved_model", "tflite", "onnx"]

SHA256 = r"^[0-9a-f]{64}$"
IMAGE_DIGEST = r"^sha256:[0-9a-f]{64}$"


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


class Checkout(Record):
    """The state of the Git checkout that the code was run from."""

    commit: str = Field(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$", description="What HEAD was.")
    is_dirty: bool = Field(description="Whether tracked files differed from it, or source files were not tracked.")
    diff_sha256: str | None = Field(
        default=None,
        pattern=SHA256,
        description="Of what differed: equal digests, equal changes. The changes themselves are nowhere kept.",
    )


class LockFile(Record):
    """The lock file, beside the code, that the installed packages agree with best."""

    name: str = Field(description="cpu, gpu or tpu: requirements/NAME.txt.")
    sha256: str = Field(pattern=SHA256, description="Of the file.")
    differing: tuple[str, ...] = Field(
        default=(), description="Packages that are not as it says, e.g. `numpy 2.4.5, locked 2.4.6`; none: all are."
    )


class Machine(Record):
    """What computed, apart from accelerators; no name of a host."""

    system: str = Field(description="E.g. Linux.")
    architecture: str = Field(description="E.g. x86_64.")
    processor: str = Field(description="Its model.")
    instructions: tuple[str, ...] = Field(default=(), description="Of the processor's arithmetic.")
    cores: int = Field(ge=1, description="That the process might use.")
    memory_bytes: int = Field(ge=1, description="That the process might use.")


class Accelerator(Record):
    """What trials computed on."""

    kind: str = Field(description="cpu, gpu or tpu.")
    name: str = Field(description="Its model.")


class Provenance(Record):
    """Where a trial's result, or a run's comparison, comes from."""

    schema_version: Literal[1] = 1
    version: str = Field(description="Of this program.")
    code_sha256: str = Field(pattern=SHA256, description="Of the code that can change a result, as in identities.")
    checkout: Checkout | None = Field(description="None where the code was not run from a Git checkout.")
    lock: LockFile | None = Field(description="None where no lock file is beside the code.")
    image_digest: str | None = Field(
        pattern=IMAGE_DIGEST,
        description="Of the container image, as ABLATION_IMAGE_DIGEST said; None where it did not.",
    )
    python: str = Field(description="Implementation and version.")
    libraries: dict[str, str] = Field(description="Versions of what can matter to a result or to how it is kept.")
    machine: Machine = Field(description="The machine that trained the trial, or compared the run's trials.")
    accelerators: tuple[Accelerator, ...] = Field(description="Of the trial, or of all trials of the run.")
    seeds: tuple[int, ...] = Field(description="Of the trial, or of all trials of the run.")
    datasets: dict[str, str] = Field(description="Digest of each dataset's content by its name.")
    started_at: datetime = Field(description="When the trial, or the run, began.")
    ended_at: datetime = Field(description="When the trial was trained, or the run's trials were compared.")
    flow_run_id: str | None = Field(default=None, description="Of Prefect.")
    task_run_id: str | None = Field(default=None, description="Of Prefect: the task that trained the trial.")
    conditional_writes: Literal["enforced", "ignored", "refused"] | None = Field(
        default=None, description="What the run's store does with a condition that is not met; None of a trial."
    )


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
