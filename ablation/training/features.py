"""What happens inside a process that runs frozen layers over all samples, once for every trial that has them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import keras
import numpy as np

from ablation.data import Array, Extraction, extraction, load_prepared
from ablation.model import Start, build_layers, fetch_weights
from ablation.spec import layers
from ablation.training.backend import configure_backend
from ablation.training.jobs import FeaturesJob
from ablation.training.watching.progress import ExtractionProgress, write_progress


def extract(job_json: str, directory: Path) -> None:
    """Store the features that a job asks for, unless another process has done so meanwhile.

    Args:
        job_json: A FeaturesJob.
        directory: Receives the progress.
    """
    job = FeaturesJob.model_validate_json(job_json)
    # One thread a batch, several batches at once: sooner than threads that share one, and the same bits for any number.
    configure_backend(seed=job.features.seed, threads=1, parallel=job.threads, devices=job.devices)
    prepared = load_prepared(job.features.prepared, job.settings)
    with extraction(job.features.refs, job.settings) as work:
        if work.missing:
            work.write(prepared, _frozen_layers(job, work), partial(_announce, directory), threads=job.threads)


def _frozen_layers(job: FeaturesJob, work: Extraction) -> Callable[[Array], list[Array]]:
    """Return what runs the core on a batch, and every tail on what the core gives."""
    features = job.features
    core = _build(job, features.core, features.prepared.input_shape)
    wanted = [tail for tail, ref in zip(features.tails, features.refs, strict=True) if ref in work.missing]
    tails = [_build(job, tail, core.output_shape[1:]) if tail else None for tail in wanted]

    def run(batch: Array) -> list[Array]:
        given = np.asarray(core.predict_on_batch(batch))
        return [given if tail is None else np.asarray(tail.predict_on_batch(given)) for tail in tails]

    return run


def _build(job: FeaturesJob, chain: tuple[layers.Layer, ...], input_shape: tuple[int, ...]) -> keras.Model:
    start = Start(job.features.seed, partial(fetch_weights, settings=job.settings))
    return build_layers(chain, input_shape, start, job.features.precision)


def _announce(directory: Path, done: int, total: int) -> None:
    write_progress(directory, ExtractionProgress(done=done, total=total))
    print(f"{done} of {total} samples", flush=True)
