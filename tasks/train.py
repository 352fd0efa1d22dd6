"""Train one trial."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import task_run

from ablation.data import PreparedRef
from ablation.pipeline import BuiltModel, PlannedTrial, RunContext, given_back_on_failure, train_trial
from ablation.processes import Slots
from ablation.records import TrialOutcome
from ablation.training import SharedFeatures


class TrialFailed(Exception):
    """A trial without a result; the task is shown as failed, the outcome travels on."""

    def __init__(self, outcome: TrialOutcome) -> None:
        self.outcome = outcome
        super().__init__(f"{outcome.variant} seed {outcome.seed}: {outcome.status}: {outcome.error}")


@task(task_run_name="train {planned.trial.variant} seed {planned.trial.seed}", cache_policy=NO_CACHE)
def train(
    planned: PlannedTrial,
    prepared: PreparedRef,
    begun: tuple[BuiltModel, SharedFeatures | None],
    run: RunContext,
    slots: Slots,
) -> TrialOutcome:
    """Train in a process of its own; never retried, since an equal trial would end equally.

    Args:
        planned: The trial.
        prepared: Its data.
        begun: What had to be done before: its model was built, and features of its frozen layers extracted.
        run: Threads, time limit, store.
        slots: Places of the run.
    """
    with given_back_on_failure(planned.fingerprint, run):
        outcome = train_trial(planned, prepared, run, slots, task_run_id=task_run.id)
        if not outcome.is_finished:
            raise TrialFailed(outcome)
    return outcome
