"""Runs as a study publishes them, with made-up trials."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ablation.analysis import answer_lines, compare
from ablation.records import RunManifest, TrialOutcome
from ablation.store import Store, publish_run
from tests.summaries import effect, run, summary

LOG = "line 1\n\nline 2\nline 3\nline 4\nline 5\nline 6\n"
HISTORY = "epoch,loss,val_loss\n1,2.0,2.0\n2,1.0,1.5\n3,0.5,{last}\n"

Values = Mapping[str, Mapping[int, float | None]]


def trial(variant: str, seed: int, value: float | None, made_by: str, metric: str = "val_loss") -> TrialOutcome:
    """Return a trial; without a value it failed. Trials that another hand made are others."""
    named = f"{variant} {seed} {made_by}"
    return TrialOutcome(
        variant=variant,
        seed=seed,
        fingerprint=hashlib.sha256(named.encode()).hexdigest(),
        status="failed" if value is None else "trained",
        metrics={} if value is None else {metric: value, "test_accuracy": 0.5},
        epochs=3,
        train_s=1.5,
        error="out of memory" if value is None else None,
    )


def publish(
    store: Store,
    run_id: str,
    values: Values,
    *,
    study: str = "imdb",
    made_by: str = "a",
    metric: str = "val_loss",
    **changed: Any,
) -> RunManifest:
    """Publish a run of variants and seeds, the first variant the baseline."""
    trials = [
        trial(name, seed, value, made_by, metric) for name, seeds in values.items() for seed, value in seeds.items()
    ]
    comparison = compare(
        trials, metric=metric, direction="min", baseline=next(iter(values)), margin=0.01, variants=list(values)
    )
    known = summary(*(effect(name, -0.1) for name in list(values)[1:]), **{"metric": metric} | changed)
    files = {f"variants/{each.variant}/seed-{each.seed}/{name}": text for each in trials for name, text in _files(each)}
    results = comparison.model_dump(mode="json") | {"answer": answer_lines(comparison, trials)}
    plan = {
        "trials": [
            {"trial": {"variant": each.variant, "seed": each.seed}, "fingerprint": each.fingerprint} for each in trials
        ]
    }
    documents = {
        "effects.json": json.dumps(results).encode(),
        "plan.json": json.dumps(plan).encode(),
        "summary.csv": _summary(trials, metric),
        "index.html": b"<p>",
    }
    return publish_run(store, run(run_id, known, study), {**files, **documents})


def _files(trial: TrialOutcome) -> list[tuple[str, bytes]]:
    if not trial.is_finished:
        return [("log.txt", LOG.encode())]
    return [("history.csv", HISTORY.format(last=trial.metrics.get("val_loss", 1.0)).encode())]


def _summary(trials: list[TrialOutcome], metric: str) -> bytes:
    lines = [f"variant,seed,status,{metric},test_accuracy,epochs,train_s,parameters,peak_rss_bytes,error"]
    for each in trials:
        values = [each.metrics.get(metric, ""), each.metrics.get("test_accuracy", "")]
        cells = [each.variant, each.seed, each.status, *values, each.epochs, each.train_s, "", "", each.error or ""]
        lines.append(",".join(map(str, cells)))
    return "\n".join(lines).encode()
