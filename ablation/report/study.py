"""Everything that the report of one run says, before it is drawn."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from pydantic import Field

from ablation.analysis import Comparison, FairnessWarning, GateResult, Overfitting
from ablation.history import OBJECTIVE, History
from ablation.records import Assessment, Record, TrialOutcome

LOG = "log.txt"
# The order of a trial's files where they are listed; others follow by name.
FILE_ORDER = ("curves.svg", "history.csv", "diagnostics.csv", "metrics.json", "assessment.json", "model.keras", LOG)


class StudyReport(Record):
    """The facts of one finished run."""

    study: str
    run_id: str
    question: str | None = None
    source: str | None = Field(default=None, description="Where the experiment comes from.")
    finished_at: datetime
    wall_s: float
    seeds: tuple[int, ...]
    comparison: Comparison
    trials: tuple[TrialOutcome, ...] = Field(description="In the order of the plan.")
    changes: dict[str, str] = Field(default_factory=dict, description="YAML of what each variant changed.")
    reproduce: str = Field(description="One command.")
    environment: dict[str, str] = Field(default_factory=dict, description="Versions, digests, machine.")
    histories: dict[str, dict[int, History]] = Field(default_factory=dict, description="By variant, then seed.")
    others: dict[str, Comparison] = Field(default_factory=dict, description="On every other metric, by its name.")
    overfitting: dict[str, dict[int, Overfitting]] = Field(default_factory=dict, description="By variant, then seed.")
    assessments: dict[str, dict[int, Assessment]] = Field(default_factory=dict, description="By variant, then seed.")
    fairness: tuple[FairnessWarning, ...] = Field(default=(), description="Ways in which the comparison is not fair.")
    gates: tuple[GateResult, ...] = Field(default=(), description="How each gate of the spec was decided.")
    notes: tuple[str, ...] = Field(default=(), description="Caveats, e.g. the test set was used for validation.")

    @property
    def variants(self) -> tuple[str, ...]:
        """The variants in the order of the spec."""
        return tuple(summary.variant for summary in self.comparison.summaries)

    @property
    def baseline(self) -> str:
        """The variant that the others are compared with."""
        return self.comparison.baseline

    @property
    def failures(self) -> tuple[TrialOutcome, ...]:
        """The trials without a result."""
        return tuple(trial for trial in self.trials if not trial.is_finished)

    @property
    def caveats(self) -> tuple[str, ...]:
        """What the numbers cannot tell: the notes, and why the comparison is not fair."""
        return (*self.notes, *(f"{warning.kind}: {warning.sentence}" for warning in self.fairness))

    def told_changes(self) -> dict[str, str]:
        """Return the YAML of each variant that changed something."""
        return {variant: change for variant, change in self.changes.items() if change.strip() not in ("", "{}")}

    def history(self, trial: TrialOutcome) -> History | None:
        """Return a trial's history, if it left one."""
        return self.histories.get(trial.variant, {}).get(trial.seed)

    def paired_metrics(self) -> list[str]:
        """Return the metrics that have a training and a validation column in any history.

        The objective is left out where no trial has a penalty: it is the loss.
        """
        histories = [history for by_seed in self.histories.values() for history in by_seed.values()]
        names = dict.fromkeys(name for history in histories for name in history.paired_metrics())
        is_told_by_loss = all(history.is_without_penalty() for history in histories)
        return [name for name in names if name != OBJECTIVE or not is_told_by_loss]

    def metric_names(self) -> list[str]:
        """Return the names of all metrics of the trials, the compared one first."""
        names = sorted({name for trial in self.trials for name in trial.metrics})
        return sorted(names, key=lambda name: name != self.comparison.metric)


def trial_path(trial: TrialOutcome, name: str) -> str:
    """Return the address of a trial's file, relative to the run's page."""
    return quote(f"variants/{trial.variant}/seed-{trial.seed}/{name}")


def where_log(trial: TrialOutcome) -> str:
    """Return where a trial's log is, relative to the run's page."""
    return trial_path(trial, LOG)
