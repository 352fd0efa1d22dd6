"""The end of a run: its report is rendered and everything committed, with the manifest last."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from functools import partial

from ablation.analysis import (
    Comparison,
    answer_lines,
    gate_line,
    headline,
    overfitting_line,
    summarize_overfitting,
)
from ablation.pipeline.delivering.delivery import outlast
from ablation.pipeline.records import RunContext, RunPlan, RunResult
from ablation.pipeline.runs.events import with_events
from ablation.pipeline.runs.reporting import as_yaml, marked, report_run, seeds_of
from ablation.pipeline.runs.summarizing import summarize
from ablation.pipeline.workspace import Workspace
from ablation.provenance import Subject, describe, without_folders_in
from ablation.records import BlobRef, Provenance, RunManifest, TrialOutcome, UnpublishedRun
from ablation.report import StudyReport, render_store_index, render_study, render_study_index
from ablation.settings import Settings
from ablation.spec import Study
from ablation.store import (
    RunFile,
    Store,
    conditional_writes,
    connect,
    list_crashed,
    list_runs,
    public_address,
    publish_run,
    run_file_key,
    study_index_key,
    variant_file_path,
)
from ablation.training import EXPORTED, INPUTS, LAST_GOOD, MODEL, PREDICTIONS

STORE_INDEX = "index.html"
PROVENANCE = "provenance.json"


def commit_run(
    study: Study, plan: RunPlan, outcomes: tuple[TrialOutcome, ...], comparison: Comparison, run: RunContext
) -> RunResult:
    """Publish the run and its report; a reader sees it once its manifest, the last file, is there.

    Returns:
        The run's result, as the terminal, the artifacts and `--json` show it.

    Raises:
        RunWaits: The store is away for longer than the run waits.
    """
    commit = partial(_commit, study, plan, outcomes, comparison, run, finished_at=datetime.now(UTC))
    result = outlast(commit, run)
    Workspace(Settings(), run.run_id).remove()
    return result


def _commit(
    study: Study,
    plan: RunPlan,
    outcomes: tuple[TrialOutcome, ...],
    comparison: Comparison,
    run: RunContext,
    *,
    finished_at: datetime,
) -> RunResult:
    """Publish a run that ended at a given time: a second attempt writes the bytes of the first one."""
    store, plan = connect(run.store), plan.published
    wall_s = (finished_at - plan.started_at).total_seconds()
    shown = tuple(_shown(study, outcome) for outcome in outcomes)
    if study.spec.publish.tensorboard:
        shown = tuple(with_events(outcome, store) for outcome in shown)
    origin = _origin(study, plan, outcomes, run, finished_at)
    report = report_run(study, plan, shown, comparison, store, origin)
    manifest = RunManifest(
        study=study.name,
        run_id=run.run_id,
        status="complete" if all(outcome.is_finished for outcome in outcomes) else "incomplete",
        question=study.spec.question,
        headline=marked(headline(comparison), plan),
        finished_at=finished_at,
        wall_s=wall_s,
        trials=dict(Counter(outcome.status for outcome in outcomes)),
        files=(),
        deviations=plan.deviations,
        summary=summarize(study, outcomes, comparison, origin),
    )
    files: dict[str, RunFile] = {
        **_inputs(study, plan),
        PROVENANCE: origin.model_dump_json(indent=1).encode(),
        **_trial_files(shown),
    }
    committed = publish_run(store, manifest, files, render_study(report))
    rebuild_indexes(store, study.name)
    return _result(committed, plan, outcomes, report, store)


def rebuild_indexes(store: Store, study: str) -> None:
    """Write the index pages of the store and of one study anew from the committed manifests, and from crashed runs."""
    manifests = list_runs(store)
    crashed = [UnpublishedRun(study=run.study, run_id=run.run_id, status="crashed") for run in list_crashed(store)]
    store.put(study_index_key(study), render_study_index(study, manifests, crashed))
    store.put(STORE_INDEX, render_store_index(manifests, crashed))


def _origin(
    study: Study, plan: RunPlan, outcomes: tuple[TrialOutcome, ...], run: RunContext, ended_at: datetime
) -> Provenance:
    return describe(
        Subject(
            seeds=seeds_of(outcomes),
            datasets={each.dataset.name: each.surroundings.dataset_sha256 for each in plan.trials},
            started_at=plan.started_at,
            ended_at=ended_at,
            determinism=tuple(outcome.determinism for outcome in outcomes),
            flow_run_id=run.flow_run_id,
        )
    ).model_copy(update={"conditional_writes": conditional_writes(connect(run.store))})


def _inputs(study: Study, plan: RunPlan) -> dict[str, bytes]:
    resolved = {
        "study": study.spec.model_dump(mode="json", exclude={"variants", "data", "model", "training"}),
        "variants": {variant.name: variant.spec.model_dump(mode="json") for variant in study.variants},
    }
    return {
        "spec.yaml": plan.spec_text.encode(),
        "spec.resolved.yaml": as_yaml(without_folders_in(resolved)).encode(),
        "plan.json": plan.model_dump_json(exclude={"spec_text"}).encode(),
    }


def _shown(study: Study, outcome: TrialOutcome) -> TrialOutcome:
    """Return an outcome with the files that the run's folder has; the trial itself keeps all of them."""
    publish = study.spec.publish
    wanted = {MODEL: publish.model, LAST_GOOD: publish.model, PREDICTIONS: publish.predictions}
    wanted |= {name: format in publish.formats for format, name in EXPORTED.items() if name != MODEL}
    wanted |= {INPUTS: bool(publish.formats)}
    files = {name: blob for name, blob in outcome.files.items() if wanted.get(name, True)}
    return outcome.model_copy(update={"files": files})


def _trial_files(outcomes: tuple[TrialOutcome, ...]) -> dict[str, BlobRef]:
    return {
        variant_file_path(outcome.variant, outcome.seed, name): blob
        for outcome in outcomes
        for name, blob in outcome.files.items()
    }


def _result(
    manifest: RunManifest,
    plan: RunPlan,
    outcomes: tuple[TrialOutcome, ...],
    report: StudyReport,
    store: Store,
) -> RunResult:
    page = run_file_key(plan.study, plan.run_id, "index.html")
    return RunResult(
        run_id=plan.run_id,
        study=plan.study,
        status=manifest.status,
        uri=store.uri_of(page.removesuffix("/index.html")),
        address=public_address(store, page),
        wall_s=manifest.wall_s,
        trials=outcomes,
        comparison=report.comparison,
        answers=(*answer_lines(report.comparison, outcomes, report.caveats), *_further_lines(report)),
        overfitting=summarize_overfitting(report.overfitting),
        fairness=report.fairness,
        findings=plan.findings,
        gates=report.gates,
    )


def _further_lines(report: StudyReport) -> tuple[str, ...]:
    overfitting = overfitting_line(summarize_overfitting(report.overfitting))
    return (*([overfitting] if overfitting else []), *map(gate_line, report.gates))
