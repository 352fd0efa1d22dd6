"""The study: its trials mapped over workers, then compared and committed."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner

from ablation.data import DataError
from ablation.pipeline import (
    Attendance,
    PreflightFailed,
    ResourcesMissing,
    RunContext,
    RunPlan,
    RunResult,
    Workspace,
    attended,
    export_lines,
    limits_of,
    new_run_id,
    open_slots,
    plan_run,
    remove_abandoned,
    reproduce_command,
    require_formats,
    threads_of,
    workers_of,
)
from ablation.settings import Settings
from ablation.spec import Study, load_study
from ablation.store import open_store, open_unchecked
from flows.artifacts import publish_summary
from flows.crashes import mark_crashed
from flows.passing import whole
from flows.rounds import Onlookers, settle_rounds
from tasks.commit import commit
from tasks.compare import compare
from tasks.deliver import deliver


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
    has_preflight: bool = True,
    run_id: str | None = None,
    is_offline: bool = False,
) -> State[RunResult]:
    """Train, compare and publish a study.

    Args:
        spec: Path of the YAML file.
        overrides: `PATH=VALUE` settings applied to the spec.
        only: Variants to run beside the baseline; all when empty.
        workers: Trials at the same time; else `runtime.workers`, else ABLATION_WORKERS.
        fail_fast: Whether the first failed trial ends the others.
        use_cache: Whether finished trials of the store are reused.
        has_preflight: Whether models are looked at before they are trained.
        run_id: The run's id; a new one when left out.
        is_offline: Whether the store is known to be away: trials train all the same, and wait for it in the outbox.

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
    with (open_unchecked if is_offline else open_store)(settings) as store:
        run = _context(
            study,
            plan,
            workers,
            store=store.location,
            is_offline=is_offline,
            is_fresh=not use_cache,
            has_preflight=has_preflight,
            is_fail_fast=fail_fast,
        )
        with attended(run, flow_run.id, mark_crashed, trials=[each.fingerprint for each in plan.trials]) as attendance:
            result = _run(study, plan, run, attendance)
    return _state(result)


def _context(study: Study, plan: RunPlan, workers: int, **told: Any) -> RunContext:
    """Return what every step of a run must know: `told`, and what the study says."""
    spec = study.spec
    limits = limits_of(spec.runtime)
    return RunContext(
        study=study.name,
        run_id=plan.run_id,
        workers=workers,
        threads=threads_of(spec.runtime, workers),
        timeout_s=limits.timeout_s,
        memory_bytes=limits.memory_bytes,
        checkpoint_s=spec.runtime.checkpoint_s,
        has_stored_checkpoints=spec.runtime.checkpoint == "store",
        formats=spec.publish.formats,
        flow_run_id=flow_run.id,
        **told,
    )


def _state(result: RunResult) -> State[RunResult]:
    failed = sum(not trial.is_finished for trial in result.trials)
    if failed:
        return Failed(message=f"{failed} of {len(result.trials)} trials have no result", data=result)
    if lacking := export_lines(result.trials):
        return Failed(message=f"{len(lacking)} models could not be exported", data=result)
    return Completed(message=f"{len(result.trials)} trials", data=result)


def _run(study: Study, plan: RunPlan, run: RunContext, attendance: Attendance) -> RunResult:
    settings = Settings()
    open_places = partial(open_slots, study.spec.runtime, run.workers)
    remove_abandoned(settings)
    workspace = Workspace(settings, plan.run_id)
    with workspace.owned():
        workspace.write_plan(plan)
        try:
            require_formats(run.formats)
            plan, outcomes = settle_rounds(study, plan, run, open_places, Onlookers(workspace, attendance))
        except (DataError, PreflightFailed, ResourcesMissing):
            workspace.remove()  # nothing was trained, and the same command would end alike
            raise
        if any(outcome.is_waiting for outcome in outcomes):
            outcomes = deliver(whole(outcomes), run)
        comparison = compare(whole(study), whole(outcomes))
        result = commit(whole(study), whole(plan), whole(outcomes), whole(comparison), run)
        publish_summary(result)
        return result
