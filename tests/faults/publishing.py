"""Publishes a trial and a run, as a process of its own that can be killed between any two requests.

python -m tests.faults.publishing ADDRESS RUN: the credentials come from the environment.
"""

from __future__ import annotations

import hashlib
import os
import sys
from datetime import UTC, datetime

from ablation.records import BlobRef, RunManifest, TrialOutcome
from ablation.store import Store, publish_run, publish_trial, put_blob
from ablation.store.transport.client import Credentials

STUDY = "demo"
PAGE = b"<p>page</p>"


def fingerprint_of(run_id: str) -> str:
    """Return the identity of the trial that a run trains."""
    return hashlib.sha256(run_id.encode()).hexdigest()


def files_of(run_id: str) -> dict[str, bytes]:
    """Return what that trial wrote."""
    return {"history.csv": b"epoch,loss\n1,0.5\n", "model.keras": run_id.encode() * 1000, "log.txt": run_id.encode()}


def outcome_of(run_id: str, files: dict[str, BlobRef]) -> TrialOutcome:
    """Return the outcome of the trial."""
    fingerprint = fingerprint_of(run_id)
    return TrialOutcome(variant="l2", seed=0, fingerprint=fingerprint, status="trained", epochs=1, files=files)


def draft(run_id: str) -> RunManifest:
    """Return the manifest of a run before its files are known."""
    return RunManifest(
        study=STUDY,
        run_id=run_id,
        status="complete",
        headline="l2 helps",
        finished_at=datetime(2026, 11, 21, tzinfo=UTC),
        wall_s=1.0,
        trials={"trained": 1},
        files=(),
    )


def publish(store: Store, run_id: str) -> None:
    """Publish a trial and the run that trained it."""
    files = {name: put_blob(store, content, "text/plain") for name, content in files_of(run_id).items()}
    publish_trial(store, outcome_of(run_id, files), {})
    publish_run(store, draft(run_id), {"index.html": PAGE, **files})


if __name__ == "__main__":
    from tests.faults.conftest import store_at

    publish(store_at(sys.argv[1], Credentials(os.environ["KEY"], os.environ["SECRET"])), sys.argv[2])
