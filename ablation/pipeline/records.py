"""What the steps of a run hand to each other."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from ablation.analysis import Comparison, FairnessWarning, GateResult, OverfittingSummary
from ablation.catalogue import Dataset
from ablation.records import ModelFormat, Record, RunStatus, TrialOutcome
from ablation.spec import Surroundings, Trial
from ablation.store import StoreLocation
from ablation.training import Finding

_PUBLIC = ("https://", "http://", "s3://")


class PlannedTrial(Record):
    """A trial and its identity."""

    trial: Trial
    dataset: Dataset = Field(description="What it trains on, in the form that was found when it was planned.")
    surroundings: Surroundings
    fingerprint: str
    position: int = Field(ge=0, description="Trials start in this order.")

    @property
    def published(self) -> PlannedTrial:
        """The same without where files lie on this machine; another one has them from the store, by their digest."""
        files = tuple(
            file if _is_public(file.url) else file.model_copy(update={"url": None}) for file in self.dataset.files
        )
        return self.model_copy(update={"dataset": self.dataset.model_copy(update={"files": files})})


class RunPlan(Record):
    """What a run is going to do."""

    study: str
    run_id: str
    started_at: datetime
    command: str = Field(description="Runs the same study again.")
    spec_text: str = Field(description="The spec file as written.")
    deviations: tuple[str, ...] = Field(default=(), description="What was changed on the command line.")
    warnings: tuple[str, ...] = Field(default=(), description="What the checks say to know about the spec.")
    findings: tuple[Finding, ...] = Field(default=(), description="What the pre-flight found, once it was made.")
    trials: tuple[PlannedTrial, ...]
    baseline: str = Field(description="The variant that the others are compared with.")
    changes: dict[str, dict[str, Any]] = Field(description="What each variant sets, by path.")

    @property
    def published(self) -> RunPlan:
        """The plan as everybody may read it: without where files lie on this machine."""
        return self.model_copy(update={"trials": tuple(trial.published for trial in self.trials)})


class RunContext(Record):
    """What every step of a run needs to know; the same on every machine that takes part."""

    study: str
    run_id: str
    store: StoreLocation
    is_offline: bool = Field(default=False, description="Whether the store was away at the start, which was accepted.")
    threads: int = Field(ge=1, description="Threads of one trial.")
    workers: int = Field(ge=1, description="Trials at the same time.")
    timeout_s: float = Field(gt=0, description="Time limit of one trial.")
    checkpoint_s: float = Field(default=10.0, ge=0, description="Least seconds between two checkpoints of a trial.")
    has_stored_checkpoints: bool = Field(default=False, description="Whether checkpoints are in the store as well.")
    is_fresh: bool = Field(default=False, description="Whether trials begin anew, also where they were interrupted.")
    has_preflight: bool = Field(default=True, description="Whether models are looked at before they are trained.")
    formats: tuple[ModelFormat, ...] = Field(default=(), description="That trained models are exported in.")
    flow_run_id: str | None = Field(default=None, description="Of Prefect.")
    is_fail_fast: bool = Field(default=False, description="Whether the first failed trial ends the others.")


class RunResult(Record):
    """What a run ended with; the JSON of `ablate run`."""

    run_id: str
    study: str
    status: RunStatus
    uri: str = Field(description="The run's folder in the store.")
    address: str = Field(description="Where a person opens the page.")
    wall_s: float
    trials: tuple[TrialOutcome, ...]
    comparison: Comparison
    answers: tuple[str, ...] = Field(description="The verdicts in words.")
    overfitting: tuple[OverfittingSummary, ...] = Field(default=(), description="When and how much each overfits.")
    fairness: tuple[FairnessWarning, ...] = Field(default=(), description="Ways in which the comparison is not fair.")
    findings: tuple[Finding, ...] = Field(default=(), description="What the pre-flight found in the models.")
    gates: tuple[GateResult, ...] = Field(default=(), description="How each gate of the spec was decided.")


def _is_public(url: str | None) -> bool:
    return url is None or url.startswith(_PUBLIC)
