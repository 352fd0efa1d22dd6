"""Event files of TensorBoard, made when a run is published: of trials that were trained before, too."""

from __future__ import annotations

from ablation.history import History
from ablation.records import TrialOutcome
from ablation.report import EVENTS, render_events
from ablation.store import Store, content_type_of, get_blob, put_blob
from ablation.training import DIAGNOSTICS, HISTORY


def with_events(outcome: TrialOutcome, store: Store) -> TrialOutcome:
    """Add an event file to what a run's folder has of a trial; one without a history stays as it is."""
    if HISTORY not in outcome.files:
        return outcome
    history = History.from_csv(get_blob(store, outcome.files[HISTORY]))
    layers = get_blob(store, outcome.files[DIAGNOSTICS]) if DIAGNOSTICS in outcome.files else b""
    events = put_blob(store, render_events(history, layers), content_type_of(EVENTS))
    return outcome.model_copy(update={"files": {**outcome.files, EVENTS: events}})
