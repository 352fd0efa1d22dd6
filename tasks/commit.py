"""Commit a run: report, files, and the manifest last."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from ablation.analysis import Comparison
from ablation.pipeline import RunContext, RunPlan, RunResult, commit_run
from ablation.records import TrialOutcome
from ablation.spec import Study


# Not retried: a second attempt would render another page under the same run id. The store client repeats requests, and
# the same command publishes the finished trials as a new run.
@task(task_run_name="commit {run.run_id}", cache_policy=NO_CACHE)
def commit(
    study: Study, plan: RunPlan, outcomes: tuple[TrialOutcome, ...], comparison: Comparison, run: RunContext
) -> RunResult:
    """Publish the run; a reader sees the whole of it or nothing."""
    return commit_run(study, plan, outcomes, comparison, run)
