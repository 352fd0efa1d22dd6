"""The steps of one trial: build, train, evaluate, publish. Each takes and gives records; bytes travel by digest."""

from __future__ import annotations

import csv
import io
import json
from functools import partial
from pathlib import Path

import numpy as np
from pydantic import Field

from ablation.data import PreparedRef, load_prepared
from ablation.evaluation import evaluate, head_of
from ablation.pipeline.checkpoints import checkpoint_of
from ablation.pipeline.claims import claimed_place
from ablation.pipeline.datasets import fetch_weights, prepare_data
from ablation.pipeline.features import ensure_features, features_job, find_features
from ablation.pipeline.records import PlannedTrial, RunContext
from ablation.pipeline.workspace import Workspace
from ablation.processes import LOG, ProcessEnd, Slots, run_isolated
from ablation.provenance import describe_machine
from ablation.records import BlobRef, Record, TrialOutcome, TrialStatus
from ablation.report import History, render_trial_curves
from ablation.settings import Settings
from ablation.spec import expected_outputs
from ablation.store import connect, content_type_of, get_blob, publish_trial, put_blob
from ablation.training import (
    BUILD,
    DIAGNOSTICS,
    HISTORY,
    MODEL,
    OF_DIVERGED,
    PREDICTIONS,
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

METRICS = "metrics.json"
BUILD_TIMEOUT_S = 600.0
BEFORE_ALL_TRIALS = -1
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
        end = run_isolated(BUILD, job, directory, timeout_s=BUILD_TIMEOUT_S, is_cancelled=slots.is_cancelled)
    if end.reason != "done":
        raise BuildFailed(end.error)
    summary = json.loads((directory / RESULT).read_text(encoding="utf-8"))
    return BuiltModel(
        variant=variant,
        seed=planned.trial.seed,
        parameters=summary["parameters"],
        layers=tuple(summary["layers"]),
        **dict(_preflight_result(directory)),
    )


def train_trial(planned: PlannedTrial, prepared: PreparedRef, run: RunContext, slots: Slots) -> TrialOutcome:
    """Train one trial in a process of its own and put what it wrote into the store.

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
        job = job.model_copy(update={"devices": place.devices})
        _ensure_prepared(planned, run, settings)
        if run.is_fresh:
            checkpoint.forget()
        else:
            checkpoint.restore(directory)
        end = checkpoint.mirror(partial(_extract_and_train, job, features, directory, run, slots), directory)
    outcome = _outcome(planned, end, directory)
    slots.note_peak(outcome.variant, outcome.peak_rss_bytes)
    if outcome.status != "interrupted":
        outcome = outcome.model_copy(update={"files": _upload(directory, run)})
    if outcome.status == "diverged":  # the next run trains it from the beginning
        checkpoint.forget()
    if run.is_fail_fast and not outcome.is_finished:
        slots.cancel()
    workspace.write_outcome(outcome)
    return outcome


def evaluate_trial(
    outcome: TrialOutcome, planned: PlannedTrial, prepared: PreparedRef, run: RunContext
) -> TrialOutcome:
    """Add the metrics of the trained model's outputs on the train, validation and test splits."""
    predictions = get_blob(connect(run.store), outcome.files[PREDICTIONS])
    with np.load(io.BytesIO(predictions), allow_pickle=False) as archive:
        outputs = {split: archive[split] for split in ("train", "val", "test")}
    spec = planned.trial.spec
    head = head_of(spec.model, spec.training.loss, prepared.classes)
    metrics = evaluate(outputs, load_prepared(prepared, Settings()), head, spec.training.metrics)
    return outcome.model_copy(update={"metrics": metrics})


def publish_outcome(outcome: TrialOutcome, run: RunContext) -> TrialOutcome:
    """Add curves and metrics.json to the trial's files and commit the trial: its manifest is written last."""
    store = connect(run.store)
    history = get_blob(store, outcome.files[HISTORY])
    curves = render_trial_curves(History.from_csv(history), title=f"{outcome.variant} · seed {outcome.seed}")
    extra = curves | {METRICS: json.dumps(outcome.metrics, indent=1, sort_keys=True).encode()}
    files = dict(outcome.files) | {name: put_blob(store, data, content_type_of(name)) for name, data in extra.items()}
    published = outcome.model_copy(update={"files": files})
    publish_trial(store, published, describe_machine())
    checkpoint_of(outcome.fingerprint, run, Settings()).forget()  # until now a lost store costs no training
    Workspace(Settings(), run.run_id).write_outcome(published)
    return published


def failed_outcome(planned: PlannedTrial, error: str, status: TrialStatus = "failed") -> TrialOutcome:
    """Return the outcome of a trial that never came to train, or whose results could not be kept."""
    trial = planned.trial
    return TrialOutcome(
        variant=trial.variant, seed=trial.seed, fingerprint=planned.fingerprint, status=status, error=error
    )


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
    return run_isolated(
        TRAIN, job.model_dump_json(), directory, timeout_s=run.timeout_s, is_cancelled=slots.is_cancelled
    )


def _outcome(planned: PlannedTrial, end: ProcessEnd, directory: Path) -> TrialOutcome:
    trial = planned.trial
    if end.reason != "done":
        outcome = failed_outcome(planned, end.error or end.reason, _STATUS[end.reason])
        return outcome.model_copy(update={"epochs": _finished_epochs(directory / HISTORY)})
    result = TrainResult.model_validate_json((directory / RESULT).read_bytes())
    return TrialOutcome(variant=trial.variant, seed=trial.seed, fingerprint=planned.fingerprint, **result.model_dump())


def _finished_epochs(history: Path) -> int:
    if not history.is_file():
        return 0
    with history.open(newline="", encoding="utf-8") as file:
        return sum(1 for _ in csv.DictReader(file))


def _upload(directory: Path, run: RunContext) -> dict[str, BlobRef]:
    store = connect(run.store)
    names = (HISTORY, DIAGNOSTICS, MODEL, PREDICTIONS, LOG, *OF_DIVERGED)
    written = [name for name in names if (directory / name).is_file()]
    return {name: put_blob(store, directory / name, content_type_of(name)) for name in written}
