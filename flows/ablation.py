"""The study: fetch, normalize, build, extract, train, evaluate, publish over trials; then compare and commit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from prefect import flow, unmapped
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture, as_completed, wait
from prefect.runtime import flow_run
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner

from ablation.data import DataError
from ablation.pipeline import (
    PlannedTrial,
    ResourcesMissing,
    RunContext,
    RunPlan,
    RunResult,
    Workspace,
    are_stored,
    as_cached,
    as_twin,
    failed_outcome,
    find_features,
    new_run_id,
    open_slots,
    plan_run,
    remove_abandoned,
    reproduce_command,
    share_features,
    threads_of,
    workers_of,
)
from ablation.records import TrialOutcome
from ablation.settings import Settings
from ablation.spec import Study, load_study
from ablation.store import open_store
from ablation.training import Slots, warm_up
from flows.artifacts import StudyProgress, publish_summary
from tasks.build import build
from tasks.commit import commit
from tasks.compare import compare
from tasks.evaluate import evaluate
from tasks.extract import extract
from tasks.fetch import fetch
from tasks.lookup import lookup
from tasks.normalize import normalize
from tasks.publish import publish
from tasks.train import TrialFailed, train

Future = PrefectFuture[Any]


def _flow_run_name() -> str:
    parameters = flow_run.parameters
    return f"{Path(parameters['spec']).stem} {parameters['run_id'] or ''}".strip()


@flow(name="ablation", flow_run_name=_flow_run_name, task_runner=ThreadPoolTaskRunner())  # type: ignore[arg-type]
def ablation(
    spec: str,
    overrides: tuple[str, ...] = (),
    only: tuple[str, ...] = (),
    workers: int | None = None,
    fail_fast: bool = False,
    use_cache: bool = True,
    run_id: str | None = None,
) -> State[RunResult]:
    """Train, compare and publish a study.

    Args:
        spec: Path of the YAML file.
        overrides: `PATH=VALUE` settings applied to the spec.
        only: Variants to run beside the baseline; all when empty.
        workers: Trials at the same time; else `runtime.workers`, else ABLATION_WORKERS.
        fail_fast: Whether the first failed trial ends the others.
        use_cache: Whether finished trials of the store are reused.
        run_id: The run's id; a new one when left out.

    Returns:
        Completed when every trial has a result, else Failed; the data of both is a RunResult.
    """
    settings = Settings()
    study = load_study(Path(spec), overrides=tuple(overrides), only=tuple(only))
    workers = workers_of(study.spec.runtime, settings, workers)
    plan = plan_run(
        study,
        run_id or new_run_id(datetime.now(UTC)),
        spec_text=Path(spec).read_text(encoding="utf-8"),
        command=reproduce_command(spec, tuple(overrides), tuple(only)),
        deviations=(*(f"--set {each}" for each in overrides), *(f"--only {each}" for each in only)),
    )
    with open_store(settings) as store:
        run = RunContext(
            study=study.name,
            run_id=plan.run_id,
            store=store.location,
            threads=threads_of(study.spec.runtime, workers),
            workers=workers,
            timeout_s=study.spec.runtime.timeout_min * 60,
            is_fail_fast=fail_fast,
        )
        result = _run(study, plan, run, partial(open_slots, study.spec.runtime, workers), use_cache=use_cache)
    failed = sum(not trial.is_finished for trial in result.trials)
    if failed:
        return Failed(message=f"{failed} of {len(result.trials)} trials have no result", data=result)
    return Completed(message=f"{len(result.trials)} trials", data=result)


def _run(
    study: Study, plan: RunPlan, run: RunContext, open_places: Callable[[], Slots], *, use_cache: bool
) -> RunResult:
    settings = Settings()
    remove_abandoned(settings)
    workspace = Workspace(settings, plan.run_id)
    with workspace.owned():
        workspace.write_plan(plan)
        try:
            outcomes = _settle_trials(plan, run, open_places, workspace, use_cache=use_cache)
        except (DataError, ResourcesMissing):
            workspace.remove()  # nothing was trained, and the same command would end alike
            raise
        comparison = compare(study, outcomes)
        result = commit(study, plan, outcomes, comparison, run)
        publish_summary(result)
        return result


def _settle_trials(
    plan: RunPlan, run: RunContext, open_places: Callable[[], Slots], workspace: Workspace, *, use_cache: bool
) -> tuple[TrialOutcome, ...]:
    """Return how every trial ended, in the order of the plan: finished before, or mapped now."""
    finished = lookup(plan, run.store) if use_cache else {}
    outcomes: dict[PlannedTrial, TrialOutcome] = {}
    for planned in plan.trials:
        if planned.fingerprint in finished:
            outcomes[planned] = as_cached(planned, finished[planned.fingerprint])
            workspace.write_outcome(outcomes[planned])
    progress = StudyProgress(done=len(outcomes), total=len(plan.trials))
    pending = {planned.fingerprint: planned for planned in reversed(plan.trials) if planned not in outcomes}
    if pending:  # else nothing is asked of this machine
        slots = open_places()
        for outcome in outcomes.values():
            slots.note_peak(outcome.variant, outcome.peak_rss_bytes)
        outcomes.update(_map_trials(list(reversed(pending.values())), run, slots, progress))
    by_fingerprint = {planned.fingerprint: outcome for planned, outcome in outcomes.items()}
    for planned in plan.trials:
        if planned not in outcomes:
            outcomes[planned] = as_twin(planned, by_fingerprint[planned.fingerprint])
            workspace.write_outcome(outcomes[planned])
            progress.advance()
    return tuple(outcomes[planned] for planned in plan.trials)


def _map_trials(
    pending: list[PlannedTrial], run: RunContext, slots: Slots, progress: StudyProgress
) -> dict[PlannedTrial, TrialOutcome]:
    if not pending:
        return {}
    warm_up()
    prepared = _prepare(pending, run)
    built = _build(pending, prepared, run, slots)
    extracted = _extract(pending, prepared, built, run, slots)
    begun = list(zip(built, extracted, strict=True))
    trained = train.map(pending, prepared, begun, unmapped(run), unmapped(slots))
    evaluated = evaluate.map(trained, pending, prepared, unmapped(run))
    published = publish.map(evaluated, pending, unmapped(run))
    for _ in as_completed(list(published)):
        progress.advance()
    stages = zip(built, extracted, trained, evaluated, published, strict=True)
    return {planned: _settle(planned, *futures) for planned, futures in zip(pending, stages, strict=True)}


def _prepare(pending: list[PlannedTrial], run: RunContext) -> list[Future]:
    """Fetch each dataset once and normalise each (data section, seed) once; return one future per trial."""
    fetch.map(list(dict.fromkeys(planned.dataset for planned in pending)), unmapped(run)).result()
    splits = [(planned.trial.spec.data, planned.dataset, planned.trial.seed) for planned in pending]
    distinct = list(dict.fromkeys(splits))
    futures = normalize.map(*map(list, zip(*distinct, strict=True)), unmapped(run.store))
    futures.result()
    by_split = dict(zip(distinct, futures, strict=True))
    return [by_split[split] for split in splits]


def _build(pending: list[PlannedTrial], prepared: list[Future], run: RunContext, slots: Slots) -> list[Future]:
    """Build each variant's model once; return one future per trial."""
    first: dict[str, tuple[PlannedTrial, Future]] = {}
    for planned, data in zip(pending, prepared, strict=True):
        first.setdefault(planned.trial.variant, (planned, data))
    trials, arrays = zip(*first.values(), strict=True)
    futures = build.map(list(trials), list(arrays), unmapped(run), unmapped(slots))
    by_variant = dict(zip(first, futures, strict=True))
    return [by_variant[planned.trial.variant] for planned in pending]


def _extract(
    pending: list[PlannedTrial], prepared: list[Future], built: list[Future], run: RunContext, slots: Slots
) -> list[Future | None]:
    """Run frozen layers over all samples once, one set after the other on all cores; return a future per trial.

    None stands for a trial without such layers, or whose features are stored already.
    """
    wait(built)
    found = [
        find_features(planned.trial, data.result()) if model.state.is_completed() else None
        for planned, data, model in zip(pending, prepared, built, strict=True)
    ]
    futures: dict[str, Future] = {}
    for features in share_features(found):
        if not are_stored(features, Settings()):
            future = futures[features.refs[0].core] = extract.submit(features, run, slots)
            future.wait()
    return [None if features is None else futures.get(features.refs[0].core) for features in found]


def _settle(planned: PlannedTrial, *stages: Future | None) -> TrialOutcome:
    """Return how a trial ended: what its last stage gave, or what its first failed stage says."""
    present = [stage for stage in stages if stage is not None]
    for stage in present:
        stage.wait()
        if stage.state.is_completed():
            continue
        error = stage.result(raise_on_failure=False)
        return error.outcome if isinstance(error, TrialFailed) else failed_outcome(planned, str(error))
    outcome: TrialOutcome = present[-1].result()
    return outcome
