"""What happens inside a trial's own process: read the job, train, write everything into the trial's folder."""

from __future__ import annotations

import resource
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np

from ablation.data import load_features, load_prepared
from ablation.evaluation import head_of
from ablation.model import ModelError, build_model, fetch_weights, summarize
from ablation.training.backend import configure_backend, describe_determinism
from ablation.training.devices import check_shares, data_parallel, names_of
from ablation.training.feeding.inputs import sparse_where_possible
from ablation.training.fitting import Fitted, fit
from ablation.training.folder import Folder
from ablation.training.jobs import LAST_GOOD, MODEL, PREDICTIONS, PREFLIGHT, RESULT, BuildJob, TrainJob, TrainResult
from ablation.training.preflight.checking import check_model
from ablation.training.saving import save_model


def train(job_json: str, directory: Path) -> None:
    """Train one trial.

    Args:
        job_json: A TrainJob.
        directory: Receives history.csv, model.keras, predictions.npz and, last, result.json (a TrainResult).
    """
    job = TrainJob.model_validate_json(job_json)
    configure_backend(seed=job.trial.seed, threads=job.threads, devices=job.devices)
    names = names_of(job.devices)
    with data_parallel(names):
        result = _train(job, directory, names)
    (directory / RESULT).write_text(result.model_dump_json(), encoding="utf-8")


def _train(job: TrainJob, directory: Path, devices: tuple[str, ...]) -> TrainResult:
    started = time.perf_counter()
    spec = job.trial.spec
    prepared = load_prepared(job.prepared, job.settings)
    samples, batch_size = len(prepared.train), spec.training.batch_size
    check_shares(samples, samples if batch_size == "all" else batch_size, devices)
    if job.features is not None:
        prepared = load_features(prepared, job.features, job.settings)
    model = build_model(
        spec.model,
        input_shape=job.prepared.input_shape,
        seed=job.trial.seed,
        weights=partial(fetch_weights, settings=job.settings),
        precision=spec.training.precision,
    )
    head = head_of(spec.model, spec.training.loss, job.prepared.classes)
    checkpoint = None if job.checkpoint is None else Path(job.checkpoint)
    trained, prepared = sparse_where_possible(model, spec, prepared)
    fitted = fit(trained, job.trial, prepared, head, Folder(directory, checkpoint, job.checkpoint_s))
    error = _why_diverged(fitted)
    if error is None:
        np.savez(directory / PREDICTIONS, allow_pickle=False, **fitted.forward.predict(fitted.view.prepared))
    save_model(model, trained.optimizer, spec.training, head, directory / (MODEL if error is None else LAST_GOOD))
    return TrainResult(
        status="diverged" if error else "trained",
        epochs=len(fitted.log.history),
        best_epoch=None if error else fitted.best_epoch,
        resumed_from=fitted.resuming.resumed_from,
        parameters=model.count_params(),
        train_s=fitted.resuming.earlier_s + time.perf_counter() - started,
        cpu_s=_cpu_s(),
        peak_rss_bytes=_peak_rss_bytes(),
        determinism=describe_determinism(job.threads),
        error=error,
    )


def build(job_json: str, directory: Path) -> None:
    """Build one model, write its ModelSummary to result.json, and look at it where the job says so.

    Args:
        job_json: A BuildJob.
        directory: Receives result.json, and preflight.json (a PreflightResult) before it.
    """
    job = BuildJob.model_validate_json(job_json)
    seed = job.preflight.trial.seed if job.preflight else 0
    configure_backend(seed=seed, threads=1, devices=job.devices)
    weights = partial(fetch_weights, settings=job.settings)
    model = build_model(job.model, input_shape=job.input_shape, seed=seed, weights=weights, precision=job.precision)
    summary = summarize(model)
    if summary.output_shape[1:] != (job.outputs,):
        outputs = "x".join(map(str, summary.output_shape[1:]))
        last = job.model.layers[-1].name
        wanted = f"{job.loss.kind} on {_describe(job.classes)} needs {job.outputs}"
        raise ModelError(f"model.layers.{last}: has {outputs} outputs, {wanted}")
    if job.preflight:
        prepared = load_prepared(job.preflight.prepared, job.settings)
        found = check_model(model, job.preflight.trial, prepared, job.classes, weights)
        (directory / PREFLIGHT).write_text(found.model_dump_json(), encoding="utf-8")
    (directory / RESULT).write_text(summary.model_dump_json(), encoding="utf-8")


def _why_diverged(fitted: Fitted) -> str | None:
    if fitted.refused:
        return str(fitted.refused)
    if fitted.log.is_diverged:
        return f"the loss was no longer finite after epoch {len(fitted.log.history)}"
    return None


def _describe(classes: int | None) -> str:
    return "numbers" if classes is None else f"{classes} classes"


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak_rss_bytes() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
