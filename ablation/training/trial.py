"""What happens inside a trial's own process: read the job, train, write everything into the trial's folder."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import numpy as np

from ablation.data import load_prepared
from ablation.model import ModelError, build_model, summarize
from ablation.training.backend import configure_backend
from ablation.training.compiling import compile_model
from ablation.training.fitting import fit, predict
from ablation.training.jobs import MODEL, PREDICTIONS, RESULT, BuildJob, TrainJob, TrainResult


def train(job_json: str, directory: Path) -> None:
    """Train one trial.

    Args:
        job_json: A TrainJob.
        directory: Receives history.csv, model.keras, predictions.npz and, last, result.json (a TrainResult).
    """
    job = TrainJob.model_validate_json(job_json)
    started = time.perf_counter()
    configure_backend(seed=job.trial.seed, threads=job.threads)
    prepared = load_prepared(job.prepared, job.settings)
    spec = job.trial.spec
    model = build_model(spec.model, input_shape=job.prepared.input_shape, seed=job.trial.seed)
    compile_model(model, spec.training, spec.model)
    log = fit(model, job.trial, prepared, classes=job.prepared.classes, directory=directory)
    if not log.is_diverged:
        np.savez(directory / PREDICTIONS, allow_pickle=False, **predict(model, prepared))
        model.save(directory / MODEL)
    result = TrainResult(
        status="diverged" if log.is_diverged else "trained",
        epochs=len(log.history),
        parameters=model.count_params(),
        train_s=time.perf_counter() - started,
        peak_rss_bytes=_peak_rss_bytes(),
        error=f"the loss was no longer finite in epoch {len(log.history)}" if log.is_diverged else None,
    )
    (directory / RESULT).write_text(result.model_dump_json(), encoding="utf-8")


def build(job_json: str, directory: Path) -> None:
    """Build one model and write its ModelSummary to result.json.

    Args:
        job_json: A BuildJob.
        directory: Receives result.json.
    """
    job = BuildJob.model_validate_json(job_json)
    configure_backend(seed=0, threads=1)
    summary = summarize(build_model(job.model, input_shape=job.input_shape, seed=0))
    if summary.output_shape[1:] != (job.classes,):
        outputs = "x".join(map(str, summary.output_shape[1:]))
        last = job.model.layers[-1].name
        raise ModelError(f"model.layers.{last}: has {outputs} outputs, the dataset has {job.classes} classes")
    (directory / RESULT).write_text(summary.model_dump_json(), encoding="utf-8")


def _peak_rss_bytes() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
