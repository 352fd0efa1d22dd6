"""The commit of a run whose store goes away in the middle of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ablation.pipeline import RunContext, RunPlan, commit_run, compare_trials, plan_run
from ablation.pipeline.runs import committing
from ablation.records import TrialOutcome
from ablation.spec import load_study
from ablation.store import Store, StoreUnreachable, get_run_file, put_blob, read_run
from tests.conftest import TINY, embedded_store

RUN_ID = "20260101-000000-abc123"
HISTORY = b"epoch,loss,val_loss\n1,0.5,0.6\n2,0.25,0.3\n"


def outcomes_of(plan: RunPlan, store: Store) -> tuple[TrialOutcome, ...]:
    history = put_blob(store, HISTORY, "text/csv; charset=utf-8")
    return tuple(
        TrialOutcome(
            variant=planned.trial.variant,
            seed=planned.trial.seed,
            fingerprint=planned.fingerprint,
            status="trained",
            metrics={"val_loss": 0.3 + place / 100},
            epochs=2,
            files={"history.csv": history},
        )
        for place, planned in enumerate(plan.trials)
    )


@pytest.mark.slow
def test_commit_whose_store_went_away_after_the_manifest_is_done_again_with_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ABLATION_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr("ablation.pipeline.delivering.delivery.PAUSE_S", 0.01)
    rebuild, failures = committing.rebuild_indexes, [StoreUnreachable("the store is away")]

    def rebuild_the_second_time(store: Store, study: str) -> None:
        if failures:
            raise failures.pop()
        rebuild(store, study)

    monkeypatch.setattr(committing, "rebuild_indexes", rebuild_the_second_time)
    (tmp_path / "study.yaml").write_text(TINY)
    study = load_study(tmp_path / "study.yaml")
    plan = plan_run(study, RUN_ID, spec_text=TINY, deviations=("--only l2",))
    with embedded_store(tmp_path) as store:
        run = RunContext(study="tiny", run_id=RUN_ID, store=store.location, threads=1, workers=1, timeout_s=60)
        outcomes = outcomes_of(plan, store)
        result = commit_run(study, plan, outcomes, compare_trials(study, outcomes), run)
        manifest = read_run(store, "tiny", RUN_ID)
        assert failures == []
        assert (result.status, manifest.status) == ("complete", "complete")
        assert manifest.deviations == ("--only l2",)
        assert RUN_ID in store.get("index.html").decode()
        for file in manifest.files:  # each is verified by its digest
            get_run_file(store, manifest, file.path)
