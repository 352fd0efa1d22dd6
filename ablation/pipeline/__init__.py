"""The steps of a run as plain functions: plan, train, evaluate, publish, compare, commit. Prefect tasks call them."""

from ablation.pipeline.datasets import fetch_dataset, prepare_data
from ablation.pipeline.delivering.checkpoints import TrialCheckpoint
from ablation.pipeline.delivering.delivery import RunWaits, deliver, find_waiting, has_waiting, publish_waiting
from ablation.pipeline.delivering.outbox import WaitingTrial, count_waiting, outbox_of
from ablation.pipeline.delivering.publishing import evaluate_trial, publish_outcome
from ablation.pipeline.planning.estimates import Pilot, StudyEstimate, VariantEstimate, estimate_study
from ablation.pipeline.planning.features import (
    ExtractionFailed,
    are_stored,
    ensure_features,
    extract_features,
    features_job,
    find_features,
    share_features,
)
from ablation.pipeline.planning.misses import DifferenceRecord, Miss
from ablation.pipeline.planning.past_trials import PastTrial, find_past_trials
from ablation.pipeline.planning.piloting import PilotFailed, run_pilot
from ablation.pipeline.planning.plans import (
    as_cached,
    as_twin,
    choose_dataset,
    find_finished,
    has_new_trials,
    new_run_id,
    plan_run,
)
from ablation.pipeline.planning.rate_ranges import RangeRequest, RangeTest, RangeTestFailed, run_range_test
from ablation.pipeline.planning.resources import ResourcesMissing, open_slots, threads_of, workers_of
from ablation.pipeline.planning.treatments import ON_TEST_DATA, audit_study
from ablation.pipeline.preview import DataPreview, preview_data
from ablation.pipeline.records import PlannedTrial, RunContext, RunPlan, RunResult
from ablation.pipeline.runs.attendance import attended
from ablation.pipeline.runs.committing import commit_run, rebuild_indexes
from ablation.pipeline.runs.comparing import compare_trials
from ablation.pipeline.runs.housekeeping import OLDER_THAN_DAYS, Leftover, TidiedStore, tidy_cache, tidy_store
from ablation.pipeline.runs.owners import owners_of
from ablation.pipeline.runs.reporting import reproduce_command
from ablation.pipeline.trials.claims import give_back, given_back_on_failure
from ablation.pipeline.trials.exporting import (
    export_lines,
    export_trial,
    lacking_formats,
    publish_exports,
    require_formats,
    without_exports,
)
from ablation.pipeline.trials.preflight import PreflightFailed, comparable_baseline, require_baseline, settle_findings
from ablation.pipeline.trials.training import (
    BuildFailed,
    BuiltModel,
    build_variant,
    failed_outcome,
    train_trial,
)
from ablation.pipeline.workspace import Workspace, remove_abandoned, workspaces

__all__ = [
    "OLDER_THAN_DAYS",
    "ON_TEST_DATA",
    "BuildFailed",
    "BuiltModel",
    "DataPreview",
    "DifferenceRecord",
    "ExtractionFailed",
    "Leftover",
    "Miss",
    "PastTrial",
    "Pilot",
    "PilotFailed",
    "PlannedTrial",
    "PreflightFailed",
    "RangeRequest",
    "RangeTest",
    "RangeTestFailed",
    "ResourcesMissing",
    "RunContext",
    "RunPlan",
    "RunResult",
    "RunWaits",
    "StudyEstimate",
    "TidiedStore",
    "TrialCheckpoint",
    "VariantEstimate",
    "WaitingTrial",
    "Workspace",
    "are_stored",
    "as_cached",
    "as_twin",
    "attended",
    "audit_study",
    "build_variant",
    "choose_dataset",
    "commit_run",
    "comparable_baseline",
    "compare_trials",
    "count_waiting",
    "deliver",
    "ensure_features",
    "estimate_study",
    "evaluate_trial",
    "export_lines",
    "export_trial",
    "extract_features",
    "failed_outcome",
    "features_job",
    "fetch_dataset",
    "find_features",
    "find_finished",
    "find_past_trials",
    "find_waiting",
    "give_back",
    "given_back_on_failure",
    "has_new_trials",
    "has_waiting",
    "lacking_formats",
    "new_run_id",
    "open_slots",
    "outbox_of",
    "owners_of",
    "plan_run",
    "prepare_data",
    "preview_data",
    "publish_exports",
    "publish_outcome",
    "publish_waiting",
    "rebuild_indexes",
    "remove_abandoned",
    "reproduce_command",
    "require_baseline",
    "require_formats",
    "run_pilot",
    "run_range_test",
    "settle_findings",
    "share_features",
    "threads_of",
    "tidy_cache",
    "tidy_store",
    "train_trial",
    "without_exports",
    "workers_of",
    "workspaces",
]
