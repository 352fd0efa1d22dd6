"""Features of frozen layers: which trials share them, and the step that makes them before the trials start."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from ablation.code_digest import code_digest
from ablation.data import FeaturesRef, PreparedRef
from ablation.pipeline.planning.plans import library_versions
from ablation.pipeline.records import RunContext
from ablation.pipeline.workspace import Workspace
from ablation.processes import Limits, ProcessEnd, Slots, run_isolated
from ablation.settings import Settings
from ablation.spec import Trial, digest
from ablation.training import (
    EXTRACT,
    ExtractionProgress,
    FeaturesJob,
    SharedFeatures,
    frozen_prefix,
    read_extraction_progress,
)

FEATURES_CODE = ("seeds.py", "data", "model", "training/backend.py", "training/features.py")

Watch = Callable[[ExtractionProgress], None]


class ExtractionFailed(Exception):
    """Frozen layers could not be run over the samples."""


def find_features(trial: Trial, prepared: PreparedRef) -> SharedFeatures | None:
    """Return the features that a trial can train on; None where no layer before the others is frozen for good."""
    prefix = frozen_prefix(trial.spec)
    if prefix is None:
        return None
    core = digest(
        {
            "samples": prepared.content,
            "input_shape": prepared.input_shape,
            "core": prefix.core_identity(trial.seed),
            "code": code_digest(FEATURES_CODE),
            "versions": library_versions(),
        }
    )
    ref = FeaturesRef(core=core, tail=digest(prefix.tail_identity()))
    return SharedFeatures(
        prepared=prepared,
        seed=trial.seed,
        precision=prefix.precision,
        core=prefix.core,
        tails=(prefix.tail,),
        refs=(ref,),
    )


def share_features(found: Iterable[SharedFeatures | None]) -> list[SharedFeatures]:
    """Return what is to be extracted: frozen layers that several trials begin with once, with all that follows them."""
    shared: dict[str, SharedFeatures] = {}
    for features in found:
        if features is None:
            continue
        known = shared.setdefault(features.refs[0].core, features)
        if features.refs[0] not in known.refs:
            more = {"tails": (*known.tails, *features.tails), "refs": (*known.refs, *features.refs)}
            shared[features.refs[0].core] = known.model_copy(update=more)
    return list(shared.values())


def are_stored(features: SharedFeatures, settings: Settings) -> bool:
    """Whether features are on this machine."""
    return all(ref.folder(settings).is_dir() for ref in features.refs)


def features_job(
    features: SharedFeatures, settings: Settings, *, threads: int, devices: tuple[str, ...] | None = None
) -> FeaturesJob:
    """Return what the process that extracts features is told."""
    cache_dir = str(settings.cache_dir.absolute())
    return FeaturesJob(features=features, threads=threads, devices=devices, cache_dir=cache_dir)


def extract_features(features: SharedFeatures, run: RunContext, slots: Slots, watch: Watch) -> None:
    """Run frozen layers over all samples on all cores of a run, before its trials start.

    Args:
        features: What is wanted; nothing happens where it is stored already.
        run: Gives threads and the time limit.
        slots: Of the run; says when it is cancelled, and which devices its trials share.
        watch: Is told how far it is.

    Raises:
        ExtractionFailed: The process ended without a result.
    """
    settings = Settings()
    directory = Workspace(settings, run.run_id).directory / "features" / features.refs[0].core
    job = features_job(features, settings, threads=run.threads * run.workers, devices=slots.devices)
    is_cancelled = _watching(directory, slots.is_cancelled, watch)
    end = ensure_features(job, directory, timeout_s=run.timeout_s, is_cancelled=is_cancelled)
    if end.reason != "done":
        raise ExtractionFailed(f"the features of {features.name} could not be extracted: {end.error}")


def ensure_features(
    job: FeaturesJob, directory: Path, *, timeout_s: float, is_cancelled: Callable[[], bool]
) -> ProcessEnd:
    """Make features in a process of its own, unless they are on this machine.

    Args:
        job: What is wanted, where, and with how many threads.
        directory: For log and progress.
        timeout_s: Time limit.
        is_cancelled: Asked ten times a second; the process is ended once it is true.
    """
    if are_stored(job.features, job.settings):
        return ProcessEnd("done")
    limits = Limits(timeout_s)
    return run_isolated(EXTRACT, job.model_dump_json(), directory, limits=limits, is_cancelled=is_cancelled)


def _watching(directory: Path, is_cancelled: Callable[[], bool], watch: Watch) -> Callable[[], bool]:
    """Return `is_cancelled`, which also passes the progress on whenever it is asked."""

    def look() -> bool:
        if progress := read_extraction_progress(directory):
            watch(progress)
        return is_cancelled()

    return look
