"""The first steps of one trial: build and train, each in a process of its own. Both take and give records."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pydantic import Field

from ablation.data import PreparedRef
from ablation.pipeline.datasets import fetch_weights, prepare_data
from ablation.pipeline.delivering.checkpoints import checkpoint_of
from ablation.pipeline.delivering.publishing import upload_files
from ablation.pipeline.planning.features import ensure_features, features_job, find_features
from ablation.pipeline.records import PlannedTrial, RunContext
from ablation.pipeline.trials.claims import claimed_place
from ablation.pipeline.trials.endings import impersonal_end
from ablation.pipeline.workspace import Workspace
from ablation.processes import Limits, ProcessEnd, Slots, run_isolated
from ablation.provenance import Subject, describe, impersonal, take_stock
from ablation.records import Provenance, Record, TrialOutcome, TrialStatus
from ablation.settings import Settings
from ablation.spec import expected_outputs
from ablation.store import connect
from ablation.training import (
    BUILD,
    HISTORY,
    PREFLIGHT,
    RESULT,
    TRAIN,
    BuildJob,
    Finding,
    PreflightJob,
    PreflightResult,
    SharedFeatures,
    TrainJob,
    TrainResult,
)

BUILD_TIMEOUT_S = 600.0
BEFORE_ALL_TRIALS = -1
FULL_BYTES = 2**16  # with less, not even a log can be written
_STATUS: dict[str, TrialStatus] = {"failed": "failed", "timeout": "timeout", "interrupted": "interrupted"}


class BuiltModel(Record):
    """What a model turned out to be when it was built."""

    variant: str
    seed: int = Field(description="That its weights were drawn with.")
    parameters: int
    layers: tuple[str, ...]
    findings: tuple[Finding, ...] = Field(default=(), description="Of the pre-flight.")
    trace: str | None = Field(default=None, description="Digest of what it did in its first steps.")

    def of(self, variant: str) -> BuiltModel:
        """Return the same of another variant, which the pre-flight cannot tell from this one."""
        findings = tuple(each.model_copy(update={"variant": variant}) for each in self.findings)
        return self.model_copy(update={"variant": variant, "findings": findings})


class BuildFailed(Exception):
    """A variant's model cannot be built."""


def build_variant(planned: PlannedTrial, prepared: PreparedRef, run: RunContext, slots: Slots) -> BuiltModel:
    """Build the model of a trial's variant once, in a process of its own, before any trial starts, and look at it.

    Raises:
        BuildFailed: A layer does not fit; the message names it.
        DataUnavailable: A file of weights cannot be had.
    """
    variant = planned.trial.variant
    settings, spec = Settings(), planned.trial.spec
    fetch_weights(spec.model, connect(run.store), settings)
    directory = Workspace(settings, run.run_id).directory / "models" / variant
    job = BuildJob(
        model=spec.model,
        loss=spec.training.loss,
        precision=spec.training.precision,
        input_shape=prepared.input_shape,
        classes=prepared.classes,
        outputs=expected_outputs(spec.training.loss, classes=prepared.classes, targets=prepared.targets),
        cache_dir=str(settings.cache_dir.absolute()),
        devices=(),
        preflight=PreflightJob(trial=planned.trial, prepared=prepared) if run.has_preflight else None,
    ).model_dump_json()
    with slots.occupy(BEFORE_ALL_TRIALS):
        _ensure_prepared(planned, run, settings)
        end = run_isolated(BUILD, job, directory, limits=Limits(BUILD_TIMEOUT_S), is_cancelled=slots.is_cancelled)
    if end.reason != "done":
        raise BuildFailed(end.error and impersonal(end.error))
    summary = json.loads((directory / RESULT).read_text(encoding="utf-8"))
    return BuiltModel(
        variant=variant,
        seed=planned.trial.seed,
        parameters=summary["parameters"],
        layers=tuple(summary["layers"]),
        **dict(_preflight_result(directory)),
    )


def train_trial(
    planned: PlannedTrial,
    prepared: PreparedRef,
    run: RunContext,
    slots: Slots,
    *,
    task_run_id: str | None = None,
) -> TrialOutcome:
    """Train one trial in a process of its own and put what it wrote into the store.

    Args:
        planned: The trial.
        prepared: Its data.
        run: Threads, time limit, store.
        slots: Places of the run.
        task_run_id: Of Prefect, for the record of where the result comes from.

    Returns:
        The outcome, whatever it is: trained, failed, diverged, timeout or interrupted, without test metrics yet; or
        cached, when another run has trained and published it meanwhile.
    """
    settings = Settings()
    workspace = Workspace(settings, run.run_id)
    directory = workspace.trial_directory(planned.trial.variant, planned.trial.seed)
    features = find_features(planned.trial, prepared)
    checkpoint = checkpoint_of(planned.fingerprint, run, settings)
    job = TrainJob(
        trial=planned.trial,
        prepared=prepared,
        cache_dir=str(settings.cache_dir.absolute()),
        threads=run.threads,
        features=features and features.refs[0],
        checkpoint=str(checkpoint.path),
        checkpoint_s=run.checkpoint_s,
    )
    with claimed_place(planned, run, slots) as place:
        if place.finished is not None:
            return place.finished
        started_at = datetime.now(UTC)
        take_stock()
        job = job.model_copy(update={"devices": place.devices})
        _ensure_prepared(planned, run, settings)
        if run.is_fresh:
            checkpoint.forget()
        else:
            checkpoint.restore(directory)
        end = checkpoint.mirror(partial(_extract_and_train, job, features, directory, run, slots), directory)
    outcome = _outcome(planned, impersonal_end(end, directory), directory)
    slots.note_peak(outcome.variant, outcome.peak_rss_bytes)
    if outcome.status != "interrupted":
        origin = _origin(planned, outcome, run, started_at, task_run_id)
        outcome = upload_files(outcome.model_copy(update={"provenance": origin}), run)
    if outcome.status == "diverged":  # the next run trains it from the beginning
        checkpoint.forget()
    if run.is_fail_fast and not outcome.is_finished:
        slots.cancel()
    workspace.write_outcome(outcome)
    return outcome


def failed_outcome(planned: PlannedTrial, error: str, status: TrialStatus = "failed") -> TrialOutcome:
    """Return the outcome of a trial that never came to train, or whose results could not be kept."""
    trial = planned.trial
    return TrialOutcome(
        variant=trial.variant, seed=trial.seed, fingerprint=planned.fingerprint, status=status, error=impersonal(error)
    )


def explain_end(end: ProcessEnd, directory: Path) -> str:
    """Say why a trial has no result; a full disk keeps the trial's process from saying it.

    Args:
        end: Of the process.
        directory: Of the trial.
    """
    if end.reason == "failed" and shutil.disk_usage(directory).free < FULL_BYTES:
        return "no space is left on the disk of ABLATION_CACHE_DIR: free some, and run the same command again"
    return end.error or end.reason


def _preflight_result(directory: Path) -> PreflightResult:
    path = directory / PREFLIGHT
    return PreflightResult.model_validate_json(path.read_bytes()) if path.is_file() else PreflightResult()


def _ensure_prepared(planned: PlannedTrial, run: RunContext, settings: Settings) -> None:
    """Have the prepared arrays and the files of weights on this machine, where another one made the reference."""
    store = connect(run.store)
    prepare_data(planned.trial.spec.data, planned.dataset, planned.trial.seed, store, settings)
    fetch_weights(planned.trial.spec.model, store, settings)


def _extract_and_train(
    job: TrainJob, features: SharedFeatures | None, directory: Path, run: RunContext, slots: Slots
) -> ProcessEnd:
    """Train a trial; its features are extracted first on a machine that has them not."""
    if features is not None:
        extraction = features_job(features, job.settings, threads=run.threads, devices=job.devices)
        folder = directory / "features"
        end = ensure_features(extraction, folder, timeout_s=run.timeout_s, is_cancelled=slots.is_cancelled)
        if end.reason != "done":
            return end
    limits = Limits(run.timeout_s, run.memory_bytes)
    return run_isolated(TRAIN, job.model_dump_json(), directory, limits=limits, is_cancelled=slots.is_cancelled)


def _outcome(planned: PlannedTrial, end: ProcessEnd, directory: Path) -> TrialOutcome:
    trial = planned.trial
    if end.reason != "done":
        outcome = failed_outcome(planned, explain_end(end, directory), _STATUS[end.reason])
        return outcome.model_copy(update={"epochs": _finished_epochs(directory / HISTORY)})
    result = TrainResult.model_validate_json((directory / RESULT).read_bytes())
    return TrialOutcome(variant=trial.variant, seed=trial.seed, fingerprint=planned.fingerprint, **result.model_dump())


def _origin(
    planned: PlannedTrial, outcome: TrialOutcome, run: RunContext, started_at: datetime, task_run_id: str | None
) -> Provenance:
    return describe(
        Subject(
            seeds=(planned.trial.seed,),
            datasets={planned.dataset.name: planned.surroundings.dataset_sha256},
            started_at=started_at,
            ended_at=datetime.now(UTC),
            determinism=(outcome.determinism,),
            flow_run_id=run.flow_run_id,
            task_run_id=task_run_id,
        )
    )


def _finished_epochs(history: Path) -> int:
    if not history.is_file():
        return 0
    with history.open(newline="", encoding="utf-8") as file:
        return sum(1 for _ in csv.DictReader(file))
