"""Made-up manifests of runs with their summaries."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from ablation.records import RunEffect, RunManifest, RunSummary

DIGEST = "0" * 64


def effect(
    variant: str, difference: float | None, half_width: float = 0.03, *, verdict: str = "helps", trials: str = ""
) -> RunEffect:
    """Return an effect; runs with other words for the trials have other trials."""
    return RunEffect(
        variant=variant,
        verdict=verdict,
        difference=difference,
        low=None if difference is None else difference - half_width,
        high=None if difference is None else difference + half_width,
        pairs=3,
        trials_sha256=hashlib.sha256(trials.encode()).hexdigest(),
    )


def summary(*effects: RunEffect, **changed: Any) -> RunSummary:
    """Return the summary of a run on val_loss."""
    plain: dict[str, Any] = {
        "metric": "val_loss",
        "direction": "min",
        "baseline": "original",
        "margin": 0.01,
        "effects": effects,
        "seeds": (0, 1, 2),
        "settings": {"training": {"epochs": 20}},
        "changes": {"l2": {"model.layers.hidden.kernel_regularizer": {"kind": "l2", "factor": 0.001}}},
        "datasets": {"imdb": DIGEST},
        "code_sha256": DIGEST,
        "versions": {"keras": "3.15.0"},
    }
    return RunSummary(**plain | changed)


def run(run_id: str, summary: RunSummary | None, study: str = "imdb", headline: str = "l2 helps") -> RunManifest:
    """Return the manifest of a complete run."""
    return RunManifest(
        study=study,
        run_id=run_id,
        status="complete",
        question="Why?",
        headline=headline,
        finished_at=datetime(2026, 11, 21, tzinfo=UTC),
        wall_s=60.0,
        trials={"trained": 6},
        files=(),
        summary=summary,
    )
