"""The steps of a run as plain functions: plan, train, evaluate, publish, compare, commit. Prefect tasks call them."""

from ablation.pipeline.planning import as_cached, find_dataset, find_finished, new_run_id, plan_run
from ablation.pipeline.records import PlannedTrial, RunContext, RunPlan, RunResult
from ablation.pipeline.runs import commit_run, compare_trials, reproduce_command
from ablation.pipeline.trials import (
    BuiltModel,
    build_variant,
    evaluate_trial,
    failed_outcome,
    publish_outcome,
    train_trial,
)
from ablation.pipeline.workspace import Workspace, remove_abandoned, workspaces

__all__ = [
    "BuiltModel",
    "PlannedTrial",
    "RunContext",
    "RunPlan",
    "RunResult",
    "Workspace",
    "as_cached",
    "build_variant",
    "commit_run",
    "compare_trials",
    "evaluate_trial",
    "failed_outcome",
    "find_dataset",
    "find_finished",
    "new_run_id",
    "plan_run",
    "publish_outcome",
    "remove_abandoned",
    "reproduce_command",
    "train_trial",
    "workspaces",
]
