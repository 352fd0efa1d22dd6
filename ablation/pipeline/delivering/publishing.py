"""What a trial wrote, on its way to the store: its files, its metrics and curves, its manifest last.

The files are read on this machine where they still are, and from the store elsewhere. A trial whose store is away when
it is finished goes to the outbox.
"""

from __future__ import annotations

import hashlib
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from ablation.data import PreparedRef, load_prepared
from ablation.evaluation import Predictions, evaluate, head_of
from ablation.history import History
from ablation.pipeline.delivering.assessing import assess_test_part
from ablation.pipeline.delivering.checkpoints import checkpoint_of
from ablation.pipeline.delivering.outbox import WaitingTrial, outbox_of
from ablation.pipeline.records import PlannedTrial, RunContext
from ablation.pipeline.workspace import Workspace
from ablation.processes import LOG
from ablation.records import BlobRef, TrialOutcome
from ablation.report import render_trial_curves
from ablation.settings import Settings
from ablation.store import (
    Store,
    StoreError,
    StoreUnreachable,
    check_store,
    connect,
    content_type_of,
    get_blob,
    is_away,
    publish_trial,
    put_blob,
    reference,
)
from ablation.training import DIAGNOSTICS, HISTORY, INPUTS, MODEL, OF_DIVERGED, PREDICTIONS

METRICS, ASSESSMENT = "metrics.json", "assessment.json"


def upload_files(outcome: TrialOutcome, run: RunContext) -> TrialOutcome:
    """Put what a trial wrote into the store.

    Returns:
        The outcome with its files; where the store is away they are on this machine alone, and the outcome says so.
    """
    folder = _folder(outcome, run)
    names = (HISTORY, DIAGNOSTICS, MODEL, PREDICTIONS, LOG, *OF_DIVERGED)
    written = [folder / name for name in names if (folder / name).is_file()]
    return _uploaded(outcome, written, run)


def send_files(outcome: TrialOutcome, run: RunContext) -> TrialOutcome:
    """Put the files of a trial that waits into the store; of an equal trial's files nothing is in its folder.

    Raises:
        StoreError: The store is away.
    """
    for name, ref in outcome.files.items():
        if (path := _folder(outcome, run) / name).is_file():
            put_blob(connect(run.store), path, ref.content_type)
    return outcome.model_copy(update={"is_waiting": False})


def evaluate_trial(
    outcome: TrialOutcome, planned: PlannedTrial, prepared: PreparedRef, run: RunContext
) -> TrialOutcome:
    """Add what the trained model's outputs say: metrics on the train, validation and test splits, and assessment.json.

    Returns:
        The outcome with both; where the store is away the file is on this machine alone, and the outcome says so.
    """
    predictions = _read(outcome, PREDICTIONS, run)
    with np.load(io.BytesIO(predictions), allow_pickle=False) as archive:
        outputs = {split: archive[split] for split in ("train", "val", "test")}
    spec, samples = planned.trial.spec, load_prepared(prepared, Settings())
    head = head_of(spec.model, spec.training.loss, prepared.classes)
    metrics = evaluate(outputs, samples, head, spec.training.metrics)
    assessment = assess_test_part(Predictions(head, outputs["test"], samples.test.y), planned, Settings())
    path = _folder(outcome, run) / ASSESSMENT
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(assessment.model_dump_json(), encoding="utf-8")
    return _uploaded(outcome.model_copy(update={"metrics": metrics}), [path], run)


def publish_outcome(outcome: TrialOutcome, run: RunContext) -> TrialOutcome:
    """Add curves and metrics.json to the trial's files and commit the trial: its manifest is written last.

    Returns:
        The outcome with all its files; where the store is away the trial is in the outbox, and the outcome says so.
    """
    drawn = _draw(outcome, run)
    try:
        published = _publish(outcome, drawn, run)
    except StoreError as error:
        here = _without_exports(outcome)
        if not is_away(error) or not _is_here(here, run):
            raise
        published = _hold(here, drawn, run)
    else:
        checkpoint_of(outcome.fingerprint, run, Settings()).forget()  # until now a lost store costs no training
    Workspace(Settings(), run.run_id).write_outcome(published)
    return published


def _uploaded(outcome: TrialOutcome, written: list[Path], run: RunContext) -> TrialOutcome:
    """Put files of a trial's folder into the store; they wait with the trial where the store is, or was, away."""
    is_waiting = outcome.is_waiting
    files: dict[str, BlobRef] = {}
    try:
        if not is_waiting:
            store = _store(run)
            files = {path.name: put_blob(store, path, content_type_of(path.name)) for path in written}
    except StoreError as error:
        if not is_away(error):
            raise
        is_waiting = True
    if is_waiting:
        files = {path.name: reference(path, content_type_of(path.name)) for path in written}
    return outcome.model_copy(update={"files": outcome.files | files, "is_waiting": is_waiting})


def _draw(outcome: TrialOutcome, run: RunContext) -> dict[str, bytes]:
    history = History.from_csv(_read(outcome, HISTORY, run))
    curves = render_trial_curves(history, title=f"{outcome.variant} · seed {outcome.seed}")
    return curves | {METRICS: json.dumps(outcome.metrics, indent=1, sort_keys=True).encode()}


def _publish(outcome: TrialOutcome, drawn: dict[str, bytes], run: RunContext) -> TrialOutcome:
    store, sent = _store(run), outcome
    if outcome.is_waiting:
        check_store(run.store)  # which is not as patient as an upload
        sent = send_files(outcome, run)
    added = {name: put_blob(store, data, content_type_of(name)) for name, data in drawn.items()}
    published = sent.model_copy(update={"files": sent.files | added})
    publish_trial(store, published, outcome.provenance or {})
    return published


def _hold(outcome: TrialOutcome, drawn: dict[str, bytes], run: RunContext) -> TrialOutcome:
    folder = _folder(outcome, run)
    for name, data in drawn.items():
        (folder / name).write_bytes(data)
    files = outcome.files | {name: reference(data, content_type_of(name)) for name, data in drawn.items()}
    held = outcome.model_copy(update={"files": files, "is_waiting": True})
    outbox = outbox_of(connect(run.store), Settings())
    waiting = WaitingTrial(
        store=outbox.store,
        study=run.study,
        run_id=run.run_id,
        held_at=datetime.now(UTC),
        outcome=held,
        provenance=outcome.provenance or {},
        has_stored_checkpoint=run.has_stored_checkpoints,
    )
    outbox.hold(folder, waiting)
    return held


def _store(run: RunContext) -> Store:
    """Return the store of a run that writes to it while it trains.

    Raises:
        StoreUnreachable: It was away when the run began: all that is finished waits for the end of the run.
    """
    if run.is_offline:
        raise StoreUnreachable(f"{run.store.uri} was away when the run began.")
    return connect(run.store)


def _read(outcome: TrialOutcome, name: str, run: RunContext) -> bytes:
    """Return a file of a trial: this machine's, where its bytes are right, or the store's."""
    ref = outcome.files[name]
    try:
        data = (_folder(outcome, run) / name).read_bytes()
    except FileNotFoundError:
        data = b""
    return data if hashlib.sha256(data).hexdigest() == ref.sha256 else get_blob(connect(run.store), ref)


def _without_exports(outcome: TrialOutcome) -> TrialOutcome:
    """Return the outcome as it was before its model was exported: the next run does so again."""
    exported = {export.file for export in outcome.exports} | ({INPUTS} if outcome.exports else set())
    files = {name: ref for name, ref in outcome.files.items() if name not in exported}
    return outcome.model_copy(update={"files": files, "exports": ()})


def _is_here(outcome: TrialOutcome, run: RunContext) -> bool:
    return all((_folder(outcome, run) / name).is_file() for name in outcome.files)


def _folder(outcome: TrialOutcome, run: RunContext) -> Path:
    return Workspace(Settings(), run.run_id).trial_directory(outcome.variant, outcome.seed)
