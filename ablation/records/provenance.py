"""Where a result comes from."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from ablation.records.base import SHA256, Record

IMAGE_DIGEST = r"^sha256:[0-9a-f]{64}$"


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
