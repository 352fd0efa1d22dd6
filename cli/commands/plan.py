"""`ablate plan`: what would run, what is finished already, what each variant changes, what it takes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.display.waiting import waiting_lines
from cli.failures import print_note, print_warning, reported
from cli.options import AsJson, Only, Overrides, Spec

if TYPE_CHECKING:
    from ablation.pipeline import Miss, RunPlan, StudyEstimate
    from ablation.spec import Study


def plan_study(
    spec: Spec,
    overrides: Overrides = None,
    only: Only = None,
    pilot: Annotated[bool, typer.Option("--pilot", help="Train a few epochs of the baseline, for the time.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what each variant changes, which trials are finished already, and what the others take.

    Times are those of finished trials: of the variant, or of what is most like it.

    Example: ablate plan specs/quickstart.yaml --set seeds=10
    """
    with reported(as_json=as_json):
        study, plan, estimate, finished = _plan(spec, overrides, only, pilot)
    for warning in study.warnings:
        print_warning(str(warning))
    if as_json:
        typer.echo(_document(study, plan, estimate, finished))
        return
    from cli.display.plan_report import print_plan

    print_plan(study, estimate)


def _plan(
    spec: Spec, overrides: Overrides, only: Only, is_pilot_wanted: bool
) -> tuple[Study, RunPlan, StudyEstimate, dict[str, bool]]:
    """Return a study, its plan, what it takes, and by fingerprint whether a finished trial waits for the store."""
    from ablation.pipeline import (
        estimate_study,
        find_past_trials,
        outbox_of,
        plan_run,
        run_pilot,
        waiting_outcomes,
        workers_of,
    )
    from ablation.settings import Settings
    from ablation.spec import load_study
    from ablation.store import open_store

    settings = Settings()
    study = load_study(spec, overrides=tuple(overrides or ()), only=tuple(only or ()))
    plan = plan_run(study, "plan")
    if is_pilot_wanted:
        settings.require_cache()
    with open_store(settings) as store:
        past = find_past_trials(plan, store, waiting_outcomes(plan, outbox_of(store, settings)))
        workers = workers_of(study.spec.runtime, settings)
        pilot = run_pilot(study, store, settings, workers=workers) if is_pilot_wanted else None
    for line in waiting_lines(settings):
        print_note(line)
    estimate = estimate_study(study, plan, past, workers=workers, pilot=pilot)
    return study, plan, estimate, {trial.outcome.fingerprint: trial.outcome.is_waiting for trial in past}


def _document(study: Study, plan: RunPlan, estimate: StudyEstimate, finished: dict[str, bool]) -> str:
    from ablation.pipeline import audit_study

    misses = {(miss.variant, miss.seed): miss for miss in estimate.misses}
    trials = [
        {
            "variant": planned.trial.variant,
            "seed": planned.trial.seed,
            "fingerprint": planned.fingerprint,
            "cached": planned.fingerprint in finished,
            "waiting": finished.get(planned.fingerprint, False),
            "why": _why(misses.get((planned.trial.variant, planned.trial.seed))),
        }
        for planned in plan.trials
    ]
    spec = study.spec.model_dump(mode="json", include={"question", "factors", "design"})
    numbers = estimate.model_dump(mode="json")
    totals = {name: value for name, value in numbers.items() if name not in ("variants", "misses", "shared", "trials")}
    waiting = sum(finished.get(planned.fingerprint, False) for planned in plan.trials)
    document = {
        "study": plan.study,
        "baseline": study.baseline,
        **spec,
        "variants": numbers["variants"],
        "shared": numbers["shared"],
        "trials": trials,
        "totals": {"trials": len(trials), "waiting": waiting, **totals},
        "changes": plan.changes,
        "fairness": [warning.model_dump(mode="json") for warning in audit_study(study)],
        "warnings": [str(warning) for warning in study.warnings],
    }
    return json.dumps(document, indent=2)


def _why(miss: Miss | None) -> dict[str, Any] | None:
    """Return what sets a trial apart from the nearest finished one; None for one that is finished itself."""
    return None if miss is None else miss.model_dump(mode="json", exclude={"variant", "seed"})
