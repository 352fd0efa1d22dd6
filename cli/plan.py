"""`ablate plan`: what would run, what is finished already, what each variant changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

from cli.failures import reported
from cli.options import AsJson, Only, Overrides, Spec

if TYPE_CHECKING:
    from ablation.pipeline import RunPlan


def plan_study(spec: Spec, overrides: Overrides = None, only: Only = None, as_json: AsJson = False) -> None:
    """Show variants x seeds, which trials are finished already, and what each variant changes.

    Example: ablate plan specs/quickstart.yaml --set seeds=10
    """
    with reported(as_json=as_json):
        plan, finished = _plan(spec, overrides, only)
    if as_json:
        typer.echo(_document(plan, finished))
    else:
        _print(plan, finished)


def _plan(spec: Spec, overrides: Overrides, only: Only) -> tuple[RunPlan, set[str]]:
    from ablation.pipeline import find_finished, plan_run
    from ablation.settings import Settings
    from ablation.spec import load_study
    from ablation.store import open_store

    study = load_study(spec, overrides=tuple(overrides or ()), only=tuple(only or ()))
    plan = plan_run(study, "plan")
    with open_store(Settings()) as store:
        return plan, set(find_finished(plan, store))


def _print(plan: RunPlan, finished: set[str]) -> None:
    import yaml
    from rich.table import Table

    from cli.tables import output_console

    table = Table(title=f"{plan.study}: {len(plan.trials)} trials", title_justify="left")
    for heading in ("variant", "seeds", "finished already", "changes"):
        table.add_column(heading, overflow="fold")
    for variant, changes in plan.changes.items():
        trials = [planned for planned in plan.trials if planned.trial.variant == variant]
        cached = sum(planned.fingerprint in finished for planned in trials)
        seeds = ", ".join(str(planned.trial.seed) for planned in trials)
        shown = yaml.safe_dump(changes, sort_keys=False).strip() if changes else "nothing: as the spec says"
        table.add_row(variant, seeds, f"{cached} of {len(trials)}", shown)
    output_console().print(table, markup=False)


def _document(plan: RunPlan, finished: set[str]) -> str:
    trials = [
        {
            "variant": planned.trial.variant,
            "seed": planned.trial.seed,
            "fingerprint": planned.fingerprint,
            "cached": planned.fingerprint in finished,
        }
        for planned in plan.trials
    ]
    return json.dumps({"study": plan.study, "trials": trials, "changes": plan.changes}, indent=2)
