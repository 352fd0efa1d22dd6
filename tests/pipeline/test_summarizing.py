"""What a run's manifest says of its answer and of what it comes from."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from ablation.analysis import compare
from ablation.pipeline.runs.summarizing import summarize
from ablation.provenance import Subject, describe
from ablation.records import RunSummary, TrialOutcome
from ablation.spec import load_study
from tests.conftest import TINY

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def summarized(folder: Path, last: str = "2" * 64) -> RunSummary:
    """Return the summary of a run whose last trial has a given fingerprint."""
    (folder / "study.yaml").write_text(TINY, encoding="utf-8")
    study = load_study(folder / "study.yaml")
    fingerprints = ("0" * 64, "1" * 64, "0" * 63 + "1", last)
    outcomes = tuple(
        TrialOutcome(
            variant=trial.variant,
            seed=trial.seed,
            fingerprint=fingerprint,
            status="trained",
            metrics={"val_loss": 1.0 - 0.5 * (trial.variant == "l2") + 0.001 * place},
        )
        for place, (trial, fingerprint) in enumerate(zip(study.trials, fingerprints, strict=True))
    )
    comparison = compare(outcomes, metric="val_loss", direction="min", baseline="baseline", variants=["baseline", "l2"])
    origin = describe(Subject(seeds=study.seeds, datasets={"digits": "d" * 64}, started_at=NOW, ended_at=NOW))
    return summarize(study, outcomes, comparison, origin)


def test_summary_has_what_pages_over_many_runs_need(tmp_path: Path) -> None:
    summary = summarized(tmp_path)
    assert [(each.variant, each.pairs) for each in summary.effects] == [("l2", 2)]
    assert summary.settings["training"]["epochs"] == 2  # type: ignore[call-overload, index]
    assert summary.changes == {"l2": {"model.layers.hidden.kernel_regularizer": {"kind": "l2", "factor": 0.01}}}
    assert summary.datasets == {"digits": "d" * 64}
    assert summary.seeds == (0, 1)
    assert {"python", "keras", "numpy"} <= summary.versions.keys()
    assert RunSummary.model_validate_json(summary.model_dump_json()) == summary


def test_effects_of_the_same_trials_have_the_same_digest_and_others_another(tmp_path: Path) -> None:
    first, again, other = (summarized(tmp_path, last).effects[0] for last in ("2" * 64, "2" * 64, "3" * 64))
    assert first.trials_sha256 == again.trials_sha256 != other.trials_sha256
