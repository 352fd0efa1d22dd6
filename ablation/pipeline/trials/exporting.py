"""Trained models in the formats that a study publishes: exported, compared, kept with the trial."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path

from ablation.data import PreparedRef
from ablation.pipeline.planning.resources import ResourcesMissing
from ablation.pipeline.records import PlannedTrial, RunContext
from ablation.pipeline.workspace import Workspace
from ablation.processes import Limits, Slots, run_isolated
from ablation.provenance import impersonal
from ablation.records import BlobRef, Export, ModelFormat, TrialOutcome
from ablation.settings import Settings
from ablation.store import (
    Store,
    StoreError,
    connect,
    content_type_of,
    download_blob,
    find_trial,
    publish_trial,
    put_blob,
)
from ablation.training import EXPORT, EXPORTED, INPUTS, MODEL, PREDICTIONS, RESULT, ExportJob

_log = logging.getLogger(__name__)
# What writes a format and reads it again, and how it is installed.
_NEEDED: dict[ModelFormat, tuple[str, ...]] = {
    "keras": (),
    "saved_model": ("tensorflow",),
    "tflite": ("tensorflow",),
    "onnx": ("tensorflow", "tf2onnx", "onnxruntime"),
}
_EXTRAS = {"tensorflow": "cpu", "tf2onnx": "onnx", "onnxruntime": "onnx"}


def _is_installed(library: str) -> bool:
    return find_spec(library) is not None


def require_formats(formats: Iterable[ModelFormat], is_installed: Callable[[str], bool] = _is_installed) -> None:
    """Refuse formats that cannot be written on this machine, before anything trains.

    Args:
        formats: Of the study.
        is_installed: Whether there is a library of this name.

    Raises:
        ResourcesMissing: A library is missing; it names what to install.
    """
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    for format in sorted(set(formats)):
        if missing := [name for name in _NEEDED[format] if not is_installed(name)]:
            extras = ",".join(sorted({_EXTRAS[name] for name in missing}))
            raise ResourcesMissing(
                f"publish.formats: {format} needs {' and '.join(missing)}, which this machine has not.\n"
                f"  Install it: pip install 'ablation[{extras}]'; or leave {format} out."
            )
        if _NEEDED[format] and backend != "tensorflow":
            raise ResourcesMissing(
                f"publish.formats: {format} is written by TensorFlow; the backend is {backend}.\n"
                f"  Run with KERAS_BACKEND=tensorflow, or leave {format} out: model.keras is read by every backend."
            )


def lacking_formats(outcome: TrialOutcome, formats: Iterable[ModelFormat]) -> tuple[ModelFormat, ...]:
    """Return the formats that a finished trial has not been exported in."""
    there = {export.format for export in outcome.exports if export.file in outcome.files}
    return tuple(format for format in dict.fromkeys(formats) if format not in there)


def export_trial(
    outcome: TrialOutcome, planned: PlannedTrial, prepared: PreparedRef, run: RunContext, slots: Slots
) -> TrialOutcome:
    """Export a trained model in the formats that it lacks, each in a process of its own.

    Returns:
        The outcome with the files that are right, and of each format how it was compared, or why there is no file.
    """
    if outcome.is_waiting:  # the run that finds it in the store exports it
        return outcome
    directory = Workspace(Settings(), run.run_id).trial_directory(planned.trial.variant, planned.trial.seed) / "exports"
    store = connect(run.store)
    errors = [_fetched(store, outcome.files[name], directory / name) for name in (MODEL, PREDICTIONS)]
    if any(errors):  # what was trained is not lost for it
        return without_exports(outcome, run.formats, next(error for error in errors if error))
    with slots.occupy(planned.position, planned.trial.variant):
        for format in lacking_formats(outcome, run.formats):
            job = ExportJob(
                trial=planned.trial,
                dataset=planned.dataset,
                prepared=prepared,
                cache_dir=str(Settings().cache_dir.absolute()),
                threads=run.threads,
                format=format,
                model=str((directory / MODEL).absolute()),
                predictions=str((directory / PREDICTIONS).absolute()),
            )
            outcome = _with_export(outcome, job, directory / format, run, slots)
    return outcome


def publish_exports(outcome: TrialOutcome, found: TrialOutcome, run: RunContext) -> TrialOutcome:
    """Commit a finished trial again, with the formats that it lacked; what it was before stays published.

    Args:
        outcome: With the exports that were made now.
        found: As it was in the store.
        run: Where the store is.
    """
    if outcome.files != found.files:
        publish_trial(connect(run.store), outcome, outcome.provenance or {})
    return outcome


def publish_added_exports(outcome: TrialOutcome, run: RunContext) -> None:
    """Commit the formats that this run added to a trial which another run has published meanwhile.

    What is in the store now is committed again, with these: a third run may have added others. Where the store is away,
    the next run does it.
    """
    store = connect(run.store)
    made = [export.format for export in outcome.exports if export.file]
    try:
        found = find_trial(store, outcome.fingerprint)
        added = lacking_formats(found, made) if found else ()
        if found and added:
            exports = tuple(each for each in found.exports if each.format not in added)
            exports += tuple(each for each in outcome.exports if each.format in added)
            merged = found.model_copy(update={"files": outcome.files | found.files, "exports": exports})
            publish_trial(store, merged, found.provenance or {})
    except StoreError as error:
        _log.warning("the exports of a trial are left to the next run: %s", " ".join(str(error).split()))


def without_exports(outcome: TrialOutcome, formats: Iterable[ModelFormat], error: str) -> TrialOutcome:
    """Return the outcome of a trial whose exports could not be begun or kept."""
    lacking = lacking_formats(outcome, formats)
    others = tuple(export for export in outcome.exports if export.format not in lacking)
    missing = tuple(Export(format=format, error=impersonal(error)) for format in lacking)
    return outcome.model_copy(update={"exports": others + missing})


def export_lines(outcomes: Iterable[TrialOutcome]) -> tuple[str, ...]:
    """Return what there is to say of models that could not be exported."""
    return tuple(
        f"{outcome.variant} seed {outcome.seed}: the model is not published as {export.format}: {export.error}"
        for outcome in outcomes
        for export in outcome.exports
        if export.error
    )


def _fetched(store: Store, ref: BlobRef, path: Path) -> str:
    """Have a file of a trial on this machine, or return why it is not; a damaged one is removed from the store."""
    try:
        download_blob(store, ref, path)
    except StoreError as error:
        return str(error)
    return ""


def _with_export(outcome: TrialOutcome, job: ExportJob, directory: Path, run: RunContext, slots: Slots) -> TrialOutcome:
    """Return an outcome with one format more."""
    end = run_isolated(
        EXPORT, job.model_dump_json(), directory, limits=Limits(run.timeout_s), is_cancelled=slots.is_cancelled
    )
    if end.reason == "done":
        export = Export.model_validate_json((directory / RESULT).read_bytes())
        files = outcome.files | _uploaded(export, directory, run)
    else:
        error = (end.error or end.reason).replace(f"{directory.parent.absolute()}/", "")
        export, files = Export(format=job.format, error=impersonal(error)), outcome.files
    others = tuple(each for each in outcome.exports if each.format != job.format)
    return outcome.model_copy(update={"files": files, "exports": (*others, export)})


def _uploaded(export: Export, directory: Path, run: RunContext) -> dict[str, BlobRef]:
    store = connect(run.store)
    written = [name for name in (EXPORTED[export.format], INPUTS) if (directory / name).is_file()]
    return {name: put_blob(store, directory / name, content_type_of(name)) for name in written}
