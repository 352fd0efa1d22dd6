"""What a published run says of itself: its answer, its trials, why some have no result."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationError

from ablation.analysis import Comparison
from ablation.records import Record, RunManifest
from ablation.store import Store, get_run_files, variant_file_path

EFFECTS, SUMMARY, PLAN, LOG = "effects.json", "summary.csv", "plan.json", "log.txt"
FIRST_LINES = 5
FINISHED = ("trained", "cached")
# Between these columns of a summary are the metrics.
_BEFORE_METRICS, _AFTER_METRICS = "status", "epochs"


class PublishedTrial(Record):
    """A trial as a run's summary has it."""

    variant: str
    seed: int
    status: str
    metrics: dict[str, float] = Field(description="Those that are finite.")
    epochs: int
    train_s: float
    error: str | None = None
    fingerprint: str | None = Field(default=None, description="None where the run's plan does not say.")

    @property
    def is_finished(self) -> bool:
        """Whether the trial has a result."""
        return self.status in FINISHED

    def path(self, name: str) -> str:
        """Return the path of one of its files within the run."""
        return variant_file_path(self.variant, self.seed, name)


class PublishedRun(Record):
    """A run as its files tell of it."""

    manifest: RunManifest
    results: dict[str, Any] = Field(description="effects.json as it is.")
    comparison: Comparison | None = Field(description="None where this version cannot read it.")
    trials: tuple[PublishedTrial, ...]

    @property
    def answer(self) -> tuple[str, ...]:
        """The answer in words, as the run printed it."""
        return tuple(self.results.get("answer", ())) or (self.manifest.headline,)

    def comparison_on(self, metric: str) -> Comparison | None:
        """Return what the run said on a metric, the one that decides or another; None where it said nothing."""
        if self.comparison is not None and self.comparison.metric == metric:
            return self.comparison
        return _comparison(self.results.get("others", {}).get(metric, {}))


class FailedTrial(Record):
    """A trial without a result, and how its log begins."""

    trial: PublishedTrial
    log: str | None = Field(description="Path of the log within the run; None where there is none.")
    first_lines: tuple[str, ...] = ()


def read_published(store: Store, manifest: RunManifest) -> PublishedRun:
    """Read a run's answer and its trials: three small files, at once; one that is missing says nothing."""
    files = get_run_files(store, manifest, (EFFECTS, SUMMARY, PLAN))
    results = json.loads(files.get(EFFECTS, b"{}"))
    fingerprints = _fingerprints(json.loads(files.get(PLAN, b"{}")))
    rows = csv.DictReader(io.StringIO(files.get(SUMMARY, b"").decode("utf-8")))
    trials = tuple(_trial(row, fingerprints) for row in rows)
    return PublishedRun(manifest=manifest, results=results, comparison=_comparison(results), trials=trials)


def read_failures(store: Store, run: PublishedRun) -> tuple[FailedTrial, ...]:
    """Return the trials of a run that have no result, with the first lines of their logs."""
    failed = [trial for trial in run.trials if not trial.is_finished]
    logs = get_run_files(store, run.manifest, [trial.path(LOG) for trial in failed])
    return tuple(_failure(trial, logs.get(trial.path(LOG))) for trial in failed)


def _failure(trial: PublishedTrial, log: bytes | None) -> FailedTrial:
    if log is None:
        return FailedTrial(trial=trial, log=None)
    lines = [line.rstrip() for line in log.decode("utf-8", errors="replace").splitlines() if line.strip()]
    return FailedTrial(trial=trial, log=trial.path(LOG), first_lines=tuple(lines[:FIRST_LINES]))


def _comparison(results: dict[str, Any]) -> Comparison | None:
    try:
        return Comparison.model_validate({name: results[name] for name in Comparison.model_fields if name in results})
    except ValidationError:
        return None


def _trial(row: Mapping[str, str], fingerprints: Mapping[tuple[str, int], str]) -> PublishedTrial:
    names = list(row)
    metrics = names[names.index(_BEFORE_METRICS) + 1 : names.index(_AFTER_METRICS)]
    values = {name: float(row[name]) for name in metrics if row[name]}
    return PublishedTrial(
        variant=row["variant"],
        seed=int(row["seed"]),
        status=row["status"],
        metrics={name: value for name, value in values.items() if math.isfinite(value)},
        epochs=int(row["epochs"] or 0),
        train_s=float(row["train_s"] or 0),
        error=row["error"] or None,
        fingerprint=fingerprints.get((row["variant"], int(row["seed"]))),
    )


def _fingerprints(plan: dict[str, Any]) -> dict[tuple[str, int], str]:
    trials = plan.get("trials", ())
    return {(each["trial"]["variant"], each["trial"]["seed"]): each["fingerprint"] for each in trials}
