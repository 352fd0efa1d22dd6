"""What the report of a run says: its facts, gathered from plan, trials and store."""

from __future__ import annotations

import shlex
from pathlib import Path

import yaml

from ablation.analysis import Comparison
from ablation.history import History
from ablation.pipeline.records import RunPlan
from ablation.pipeline.runs.comparing import compare_others, judge_gates
from ablation.pipeline.trials.exporting import export_lines
from ablation.pipeline.trials.preflight import finding_lines
from ablation.provenance import as_text
from ablation.records import Provenance, TrialOutcome
from ablation.report import StudyReport
from ablation.spec import Study
from ablation.store import Store, get_blobs
from ablation.training import HISTORY


def report_run(
    study: Study,
    plan: RunPlan,
    outcomes: tuple[TrialOutcome, ...],
    comparison: Comparison,
    store: Store,
    origin: Provenance,
) -> StudyReport:
    """Gather the facts that a run's page, charts and files are rendered from."""
    return StudyReport(
        study=study.name,
        run_id=plan.run_id,
        question=study.spec.question,
        source=study.spec.source,
        finished_at=origin.ended_at,
        wall_s=(origin.ended_at - origin.started_at).total_seconds(),
        seeds=study.seeds,
        comparison=comparison,
        trials=outcomes,
        changes={name: as_yaml(changes) for name, changes in plan.changes.items()},
        reproduce=plan.command,
        environment=as_text(origin),
        histories=_histories(outcomes, store),
        others=compare_others(study, outcomes),
        gates=judge_gates(study, outcomes),
        notes=(*notes(plan), *export_lines(outcomes)),
    )


def as_yaml(value: object) -> str:
    """Write plain data as YAML in the order of its keys."""
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True) if value else "{}\n"


def marked(answer: str, plan: RunPlan) -> str:
    """Mark the answer of a run that differs from its spec, so that lists of runs do not mislead."""
    return f"[{', '.join(plan.deviations)}] {answer}" if plan.deviations else answer


def notes(plan: RunPlan) -> tuple[str, ...]:
    """Return what command line, spec and pre-flight say against quoting the result without care."""
    deviations = (f"this run differs from the spec: {', '.join(plan.deviations)}",) if plan.deviations else ()
    return (*deviations, *plan.warnings, *finding_lines(plan.findings))


def reproduce_command(spec: str, overrides: tuple[str, ...], only: tuple[str, ...]) -> str:
    """Return the command that runs the same study again; of folders outside of this one it tells nothing."""
    path = Path(spec)
    if path.is_absolute():
        path = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else Path(path.name)
    arguments = [str(path)]
    arguments += [word for override in overrides for word in ("--set", override)]
    arguments += [word for name in only for word in ("--only", name)]
    return "ablate run " + shlex.join(arguments)


def _histories(outcomes: tuple[TrialOutcome, ...], store: Store) -> dict[str, dict[int, History]]:
    trained = [outcome for outcome in outcomes if HISTORY in outcome.files]
    contents = get_blobs(store, [outcome.files[HISTORY] for outcome in trained])
    histories: dict[str, dict[int, History]] = {}
    for outcome, content in zip(trained, contents, strict=True):
        histories.setdefault(outcome.variant, {})[outcome.seed] = History.from_csv(content)
    return histories
