"""`ablate status`: what the trials of a running study are doing, seen from another terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from cli.display.waiting import WAITING, waiting_lines
from cli.failures import Exit, print_note, reported
from cli.options import AsJson

if TYPE_CHECKING:
    from ablation.pipeline import RunPlan, Workspace


def show_status(
    run: Annotated[str | None, typer.Argument(metavar="[RUN]", help="A run id; the newest otherwise.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the trials of a run on this machine: queued, running, waiting for another run that trains them, ended.

    Example: ablate status
    """
    from ablation.pipeline import count_waiting, workspaces
    from ablation.settings import Settings

    with reported():
        settings = Settings()
        waiting = [{"store": store, "trials": count} for store, count in count_waiting(settings).items()]
        known = [each for each in workspaces(settings) if run is None or each.directory.name.startswith(run)]
    for line in waiting_lines(settings):
        print_note(line)
    workspace = known[-1] if known else None
    plan = workspace.read_plan() if workspace else None
    if workspace is None or plan is None:
        which = "No run" if run is None else f"No run {run}"
        print_note(f"{which} is under way on this machine. `ablate list` shows the published ones.")
        if as_json and run is None:
            typer.echo(json.dumps({"run_id": None, "study": None, "trials": [], "waiting": waiting}, indent=2))
        raise typer.Exit(Exit.DONE if run is None else Exit.USAGE)
    if not workspace.is_owned():
        print_note("This run has ended before it was published. The same command goes on from there.")
    rows = [_row(workspace, planned.trial.variant, planned.trial.seed) for planned in plan.trials]
    if as_json:
        document = {"run_id": plan.run_id, "study": plan.study, "trials": rows, "waiting": waiting}
        typer.echo(json.dumps(document, indent=2))
    else:
        _print(plan, rows)


def _row(workspace: Workspace, variant: str, seed: int) -> dict[str, object]:
    row: dict[str, object] = {"variant": variant, "seed": seed, "status": "queued", "detail": ""}
    if outcome := workspace.read_outcome(variant, seed):
        ended = f"{outcome.epochs} epochs, {WAITING}" if outcome.is_waiting else f"{outcome.epochs} epochs"
        return row | {"status": outcome.status, "detail": outcome.error or ended}
    if progress := workspace.read_progress(variant, seed):
        from cli.display.progress import describe_progress

        epoch = {"epoch": progress.epoch, "epochs": progress.epochs, "metrics": progress.metrics}
        status = "running" if workspace.is_owned() else "interrupted"
        detail = f"epoch {progress.epoch} of {progress.epochs} · {describe_progress(progress)}"
        return row | epoch | {"status": status, "eta_s": progress.eta_s, "detail": detail}
    if (other := workspace.read_waiting(variant, seed)) is not None and workspace.is_owned():
        return row | {"status": "waiting", "detail": f"run {other or 'another'} trains it"}
    return row


def _print(plan: RunPlan, rows: list[dict[str, object]]) -> None:
    from rich.table import Table

    from cli.display.tables import output_console

    table = Table(title=f"{plan.study} {plan.run_id}", title_justify="left")
    for heading in ("variant", "seed", "status", "detail"):
        table.add_column(heading)
    for row in rows:
        table.add_row(*(str(row[name]) for name in ("variant", "seed", "status", "detail")))
    output_console().print(table, markup=False)
