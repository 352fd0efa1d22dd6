"""Keeps a store whole and small: verifies runs, repairs, copies and pins them, and removes what nothing holds."""

from ablation.store.upkeep.errors import DeleteForbidden, FolderTaken, FolderUnwritable, PathsRefused, PullIncomplete
from ablation.store.upkeep.marking import Collection, Garbage, KeptRun, mark_garbage
from ablation.store.upkeep.pins import pin_run, pinned_runs, unpin_run
from ablation.store.upkeep.pulling import Pulled, pull_run
from ablation.store.upkeep.repairing import Repair, Repaired, repair_named, repair_run
from ablation.store.upkeep.surveying import Ages, Survey, take_survey
from ablation.store.upkeep.sweeping import sweep_garbage
from ablation.store.upkeep.verification import Finding, Verification, verify_named, verify_run

__all__ = [
    "Ages",
    "Collection",
    "DeleteForbidden",
    "Finding",
    "FolderTaken",
    "FolderUnwritable",
    "Garbage",
    "KeptRun",
    "PathsRefused",
    "PullIncomplete",
    "Pulled",
    "Repair",
    "Repaired",
    "Survey",
    "Verification",
    "mark_garbage",
    "pin_run",
    "pinned_runs",
    "pull_run",
    "repair_named",
    "repair_run",
    "sweep_garbage",
    "take_survey",
    "unpin_run",
    "verify_named",
    "verify_run",
]
