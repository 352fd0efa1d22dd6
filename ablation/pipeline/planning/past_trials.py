"""Trials of a study that were finished before, with their specs: what they took is what the next ones will take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from ablation.pipeline.records import PlannedTrial, RunPlan
from ablation.records import TrialOutcome
from ablation.spec import TrialSpec, differences
from ablation.store import Store, find_trials, get_run_file, list_runs

RECENT_RUNS = 5
# What changes how long a trial takes in proportion, and is scaled with.
_SCALED = "training.epochs"


@dataclass(frozen=True)
class PastTrial:
    """A finished trial: what it was, and how it went."""

    planned: PlannedTrial
    outcome: TrialOutcome

    @property
    def variant(self) -> str:
        """The name it had."""
        return self.planned.trial.variant

    @property
    def spec(self) -> TrialSpec:
        """What was trained."""
        return self.planned.trial.spec


class _PastPlan(BaseModel):
    """The trials of a published plan.json."""

    model_config = ConfigDict(extra="ignore")

    trials: tuple[PlannedTrial, ...]


def find_past_trials(
    plan: RunPlan, store: Store, waiting: Mapping[str, TrialOutcome] = MappingProxyType({})
) -> tuple[PastTrial, ...]:
    """Return the finished trials of a plan and of the study's last runs.

    Args:
        plan: What is going to run.
        store: Where finished trials are.
        waiting: By fingerprint, trials of the plan that are on this machine until the store is back.
    """
    runs = list_runs(store, plan.study)[-RECENT_RUNS:]
    known = {each.fingerprint: each for run in runs for each in _planned(store, run)}
    known |= {each.fingerprint: each for each in plan.trials}
    outcomes = {**waiting, **find_trials(store, sorted(known))}
    return tuple(PastTrial(known[fingerprint], outcome) for fingerprint, outcome in outcomes.items())


def nearest(spec: TrialSpec, past: tuple[PastTrial, ...]) -> tuple[tuple[PastTrial, ...], int]:
    """Return the finished trials that differ least from a spec, its number of epochs aside, and in how many places."""
    specs = {trial.spec for trial in past}
    distances = {known: _distance(spec, known) for known in specs}
    least = min(distances.values(), default=0)
    return tuple(trial for trial in past if distances[trial.spec] == least), least


def _distance(spec: TrialSpec, other: TrialSpec) -> int:
    return sum(difference.path != _SCALED for difference in differences(other, spec))


def _planned(store: Store, run: Any) -> tuple[PlannedTrial, ...]:
    """Return the trials that a run planned; none when another version of this program wrote them down."""
    try:
        return _PastPlan.model_validate_json(get_run_file(store, run, "plan.json")).trials
    except (ValidationError, KeyError):
        return ()
