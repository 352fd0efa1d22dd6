"""Compare the trials of a run."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from ablation.analysis import Comparison
from ablation.pipeline import compare_trials
from ablation.records import TrialOutcome
from ablation.spec import Study


@task(task_run_name="compare variants", cache_policy=NO_CACHE)
def compare(study: Study, outcomes: tuple[TrialOutcome, ...]) -> Comparison:
    """Every variant against the baseline, paired by seed."""
    return compare_trials(study, outcomes)
