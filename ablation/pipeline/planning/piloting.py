"""A few epochs of the baseline, trained as trials are trained, to know what a study will take before it runs."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ablation.pipeline.datasets import fetch_weights, prepare_data
from ablation.pipeline.planning.estimates import Pilot
from ablation.pipeline.planning.features import ensure_features, features_job, find_features
from ablation.pipeline.planning.plans import choose_dataset
from ablation.pipeline.planning.resources import devices_of_one_trial, limits_of, threads_of
from ablation.processes import Limits, is_stopping, run_isolated
from ablation.settings import Settings, usable_cores
from ablation.spec import Study, Trial, schedules
from ablation.store import Store
from ablation.training import RESULT, TRAIN, SharedFeatures, TrainJob, TrainResult, read_progress

# The first epoch holds what happens once (tracing, compiling), so it says little about the others. Where two epochs
# pass faster than they are looked at, more of them tell.
PILOT_EPOCHS = (2, 30)


class PilotFailed(Exception):
    """The baseline cannot be trained; the message says why."""


def run_pilot(study: Study, store: Store, settings: Settings, *, workers: int) -> Pilot:
    """Train the first epochs of the baseline with the first seed, and throw the result away.

    Raises:
        DataError: The dataset or a file of weights cannot be had.
        ResourcesMissing: There are too few GPUs.
        PilotFailed: The trial ended without a result.
    """
    trial = next(each for each in study.trials if each.variant == study.baseline)
    data = trial.spec.data
    prepared = prepare_data(data, choose_dataset(data.dataset), trial.seed, store, settings)
    fetch_weights(trial.spec.model, store, settings)
    devices = devices_of_one_trial(study.spec.runtime)
    limits = limits_of(study.spec.runtime)
    features = find_features(trial, prepared)
    if features is not None:
        _extract(features, settings, devices, timeout_s=limits.timeout_s)
    for epochs in PILOT_EPOCHS:
        shortened = _shortened(trial, epochs)
        job = TrainJob(
            trial=shortened,
            prepared=prepared,
            cache_dir=str(settings.cache_dir.absolute()),
            devices=devices,
            threads=threads_of(study.spec.runtime, workers),
            features=features and features.refs[0],
        )
        total_s, ends = _train(job, limits)
        if len(ends) > 1:
            break
    first, last = min(ends), max(ends)
    epoch_s = (ends[last] - ends[first]) / max(1, last - first)
    first_s = max(0.0, total_s - epoch_s * (epochs - 1))
    return Pilot(variant=trial.variant, epochs=epochs, first_s=first_s, epoch_s=epoch_s)


def _extract(
    features: SharedFeatures, settings: Settings, devices: tuple[str, ...] | None, *, timeout_s: float
) -> None:
    """Make the features of frozen layers, which the run that follows finds in the cache."""
    with tempfile.TemporaryDirectory(prefix="ablation-pilot-") as name:
        job = features_job(features, settings, threads=usable_cores(), devices=devices)
        end = ensure_features(job, Path(name), timeout_s=timeout_s, is_cancelled=is_stopping)
    if end.reason != "done":
        raise PilotFailed(f"the features of {features.name} could not be extracted: {end.error}")


def _train(job: TrainJob, limits: Limits) -> tuple[float, dict[int, float]]:
    """Return the seconds of the whole trial, and when those epochs ended that were seen to end."""
    ends: dict[int, float] = {}
    with tempfile.TemporaryDirectory(prefix="ablation-pilot-") as name:
        directory = Path(name)

        def look() -> bool:
            if (progress := read_progress(directory)) and progress.epoch:
                ends[progress.epoch] = progress.updated_at
            return is_stopping()

        end = run_isolated(TRAIN, job.model_dump_json(), directory, limits=limits, is_cancelled=look)
        look()
        if end.reason != "done":
            raise PilotFailed(f"the pilot of {job.trial.name} ended without a result: {end.error}")
        return TrainResult.model_validate_json((directory / RESULT).read_bytes()).train_s, ends


def _shortened(trial: Trial, epochs: int) -> Trial:
    constant = schedules.ConstantRate(kind="constant")
    changes = {"epochs": epochs, "phases": (), "schedule": constant, "early_stopping": None}
    training = trial.spec.training.model_copy(update=changes)
    return trial.model_copy(update={"spec": trial.spec.model_copy(update={"training": training})})
