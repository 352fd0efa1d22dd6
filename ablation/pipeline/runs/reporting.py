"""What the report of a run says: its facts, gathered from plan, trials and store."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import yaml

from ablation.analysis import Comparison, FairnessWarning, Overfitting, measure_overfitting
from ablation.history import History
from ablation.pipeline.delivering.publishing import ASSESSMENT
from ablation.pipeline.planning.treatments import ON_TEST_DATA, audit_study
from ablation.pipeline.records import RunPlan
from ablation.pipeline.runs.comparing import compare_others, judge_gates
from ablation.pipeline.runs.rounds import precision_lines
from ablation.pipeline.trials.exporting import export_lines
from ablation.pipeline.trials.preflight import finding_lines
from ablation.provenance import as_text, without_folders
from ablation.records import Assessment, Provenance, TrialOutcome
from ablation.report import StudyReport
from ablation.spec import Study
from ablation.store import Store, get_blobs
from ablation.training import HISTORY

# Where the checks of a spec warn of the test part; the audit of fairness says it of the whole study.
_PLACES_ON_TEST_DATA = re.compile(r"data\.validation\.use: |training\.[^:]*\bmonitor: ")

TrialKey = tuple[str, int]
Value = TypeVar("Value")


def report_run(
    study: Study,
    plan: RunPlan,
    outcomes: tuple[TrialOutcome, ...],
    comparison: Comparison,
    store: Store,
    origin: Provenance,
) -> StudyReport:
    """Gather the facts that a run's page, charts and files are rendered from."""
    histories = {trial: History.from_csv(content) for trial, content in _contents(HISTORY, outcomes, store)}
    assessments = {
        trial: Assessment.model_validate_json(content) for trial, content in _contents(ASSESSMENT, outcomes, store)
    }
    fairness = audit_study(study, outcomes)
    return StudyReport(
        study=study.name,
        run_id=plan.run_id,
        question=study.spec.question,
        source=study.spec.source,
        finished_at=origin.ended_at,
        wall_s=(origin.ended_at - origin.started_at).total_seconds(),
        seeds=seeds_of(outcomes),
        comparison=comparison,
        trials=outcomes,
        changes={name: as_yaml(changes) for name, changes in plan.changes.items()},
        reproduce=plan.command,
        environment=as_text(origin),
        histories=_nested(histories.items()),
        others=compare_others(study, outcomes),
        overfitting=_nested(_measured(histories, outcomes)),
        assessments=_nested(assessments.items()),
        fairness=fairness,
        gates=judge_gates(study, outcomes),
        notes=(*notes(plan, fairness), *precision_lines(study, comparison), *export_lines(outcomes)),
    )


def seeds_of(outcomes: tuple[TrialOutcome, ...]) -> tuple[int, ...]:
    """Return the seeds that any trial ran with."""
    return tuple(sorted({outcome.seed for outcome in outcomes}))


def as_yaml(value: object) -> str:
    """Write plain data as YAML in the order of its keys."""
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True) if value else "{}\n"


def marked(answer: str, plan: RunPlan) -> str:
    """Mark the answer of a run that differs from its spec, so that lists of runs do not mislead."""
    return f"[{', '.join(plan.deviations)}] {answer}" if plan.deviations else answer


def notes(plan: RunPlan, fairness: Sequence[FairnessWarning] = ()) -> tuple[str, ...]:
    """Return what command line, spec and pre-flight say against quoting the result without care.

    Args:
        plan: What was run.
        fairness: What the report says beside the notes; what it says is no note.
    """
    warnings = plan.warnings
    if any(warning.kind == ON_TEST_DATA for warning in fairness):
        warnings = tuple(warning for warning in warnings if not _PLACES_ON_TEST_DATA.match(warning))
    deviations = (f"this run differs from the spec: {', '.join(plan.deviations)}",) if plan.deviations else ()
    return (*deviations, *warnings, *finding_lines(plan.findings))


def reproduce_command(spec: str, overrides: tuple[str, ...], only: tuple[str, ...]) -> str:
    """Return the command that runs the same study again; of folders outside of this one it tells nothing."""
    path = Path(spec)
    if path.is_absolute():
        path = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else Path(path.name)
    arguments = [str(path)]
    arguments += [word for override in overrides for word in ("--set", without_folders(override))]
    arguments += [word for name in only for word in ("--only", name)]
    return "ablate run " + shlex.join(arguments)


def _contents(name: str, outcomes: tuple[TrialOutcome, ...], store: Store) -> Iterator[tuple[TrialKey, bytes]]:
    """Yield a file of every trial that has it, by variant and seed."""
    having = [outcome for outcome in outcomes if name in outcome.files]
    contents = get_blobs(store, [outcome.files[name] for outcome in having])
    for outcome, content in zip(having, contents, strict=True):
        yield (outcome.variant, outcome.seed), content


def _measured(
    histories: Mapping[TrialKey, History], outcomes: tuple[TrialOutcome, ...]
) -> Iterator[tuple[TrialKey, Overfitting]]:
    metrics = {(outcome.variant, outcome.seed): outcome.metrics for outcome in outcomes}
    for trial, history in histories.items():
        if (measured := measure_overfitting(history, metrics[trial])) is not None:
            yield trial, measured


def _nested(values: Iterable[tuple[TrialKey, Value]]) -> dict[str, dict[int, Value]]:
    """Return values by variant, then seed."""
    nested: dict[str, dict[int, Value]] = {}
    for (variant, seed), value in values:
        nested.setdefault(variant, {})[seed] = value
    return nested
