"""Runs as a study publishes them, small, and as old as a test wants."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ablation.records import RunManifest, TrialOutcome
from ablation.store import (
    Ages,
    Collection,
    Store,
    blob_key,
    get_blob,
    mark_garbage,
    publish_run,
    publish_trial,
    put_blob,
    put_checkpoint,
    take_survey,
    variant_file_path,
)
from tests.store.upkeep.answers import on

X, Y, Z = "a" * 64, "b" * 64, "c" * 64
OLD_DAYS = 40.5
DAY = Ages(timedelta(hours=24))
MONTH = Ages(timedelta(hours=24), timedelta(days=30))


def train(store: Store, fingerprint: str, weights: bytes = b"weights", variant: str = "l2") -> TrialOutcome:
    """Publish a finished trial of two blobs."""
    contents = {"model.keras": weights, "metrics.json": b'{"val_loss": 0.5}'}
    files = {name: put_blob(store, data, "application/octet-stream") for name, data in contents.items()}
    outcome = TrialOutcome(variant=variant, seed=0, fingerprint=fingerprint, status="trained", files=files)
    publish_trial(store, outcome, {})
    return outcome


def commit(store: Store, run_id: str, *outcomes: TrialOutcome, study: str = "demo") -> RunManifest:
    """Publish a run of some trials: its page, its plan and copies of the trials' files."""
    draft = RunManifest(
        study=study,
        run_id=run_id,
        status="complete",
        headline="l2 helps",
        finished_at=datetime(2026, 11, 21, 4, 12, tzinfo=UTC),
        wall_s=1.5,
        trials={"trained": len(outcomes)},
        files=(),
    )
    trials = [
        {"trial": {"variant": each.variant, "seed": each.seed, "spec": {}}, "fingerprint": each.fingerprint}
        for each in outcomes
    ]
    copies = {
        variant_file_path(each.variant, each.seed, name): ref for each in outcomes for name, ref in each.files.items()
    }
    inputs = {"index.html": b"<p>", "effects.json": b"{}", "plan.json": json.dumps({"trials": trials}).encode()}
    return publish_run(store, draft, {**inputs, **copies})


@contextmanager
def long_ago(store: Store, days: float = OLD_DAYS) -> Iterator[None]:
    """Let everything that is written be as old as this: rclone takes the time of an object from a header."""
    at = (datetime.now(UTC) - timedelta(days=days)).timestamp()

    def date(request: Any, **_: Any) -> None:
        request.headers["x-amz-meta-mtime"] = f"{at:f}"

    with on(store, "before-sign.s3.PutObject", date):
        yield


def age(store: Store, prefix: str = "", days: float = OLD_DAYS) -> None:
    """Make all objects under a prefix older."""
    with long_ago(store, days):
        for item in list(store.keys(prefix)):
            store.put(item.key, store.get(item.key))


def keys(store: Store, prefix: str = "") -> set[str]:
    return {item.key for item in store.keys(prefix)}


def weights_of(store: Store, outcome: TrialOutcome) -> bytes:
    return get_blob(store, outcome.files["model.keras"])


def blob(store: Store, data: bytes) -> str:
    """Write a blob that no manifest names, and return its key."""
    return blob_key(put_blob(store, data, "application/zip").sha256)


def checkpoint(store: Store, fingerprint: str = X) -> None:
    """Write the state of a trial."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"state")
        file.flush()
        put_checkpoint(store, fingerprint, Path(file.name), (1, 0))


def twice(store: Store) -> None:
    """Publish two attempts at a trial, which differ."""
    train(store, X, b"before")
    train(store, X, b"after")


def marked(store: Store, ages: Ages = DAY) -> Collection:
    return mark_garbage(take_survey(store, ages))


def kinds(store: Store, ages: Ages = DAY) -> list[tuple[str, str]]:
    return [(each.kind, each.key) for each in marked(store, ages).garbage]
