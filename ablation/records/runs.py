"""The commit of a run."""

from datetime import datetime
from typing import Literal

from pydantic import Field, JsonValue

from ablation.records.base import SHA256, Record
from ablation.records.trials import TrialStatus

RunStatus = Literal["complete", "incomplete"]
HELPS = "helps"


class RunEffect(Record):
    """What a run said of one variant, in numbers."""

    variant: str
    verdict: str = Field(description="One of the verdicts of the analysis.")
    difference: float | None = Field(description="Mean of variant - baseline over the paired seeds.")
    low: float | None = Field(description="Lower end of the interval.")
    high: float | None = Field(description="Upper end of the interval.")
    pairs: int = Field(ge=0, description="Seeds that both variant and baseline finished.")
    trials_sha256: str = Field(
        pattern=SHA256, description="Of the trials behind it: where it is equal, the same trials were shown again."
    )


class RunSummary(Record):
    """What a run answered and from what, so that pages over many runs read manifests alone."""

    metric: str
    direction: Literal["min", "max"]
    baseline: str
    margin: float | None = None
    effects: tuple[RunEffect, ...] = Field(description="In the order of the spec, without the baseline.")
    seeds: tuple[int, ...]
    settings: dict[str, JsonValue] = Field(description="Resolved spec of the baseline, defaults included.")
    changes: dict[str, dict[str, JsonValue]] = Field(description="What each variant sets, by path.")
    datasets: dict[str, str] = Field(description="Digest of each dataset's content by its name.")
    code_sha256: str = Field(pattern=SHA256, description="Of the code that can change a result.")
    versions: dict[str, str] = Field(description="Of Python and of what can matter to a result.")

    @property
    def best(self) -> str | None:
        """The variant that helps most; None where none helps."""
        sign = -1 if self.direction == "min" else 1
        sizes = {
            effect.variant: sign * effect.difference
            for effect in self.effects
            if effect.verdict == HELPS and effect.difference is not None
        }
        return max(sizes, key=sizes.__getitem__, default=None)


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
    deviations: tuple[str, ...] = Field(
        default=(), description="What differed from the spec, e.g. `--only l2`; older versions did not say."
    )
    summary: RunSummary | None = Field(default=None, description="None where an older version published the run.")


class UnpublishedRun(Record):
    """A run that has no manifest, or not yet."""

    study: str
    run_id: str
    status: Literal["running", "crashed"]
