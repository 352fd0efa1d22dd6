"""`ablate list`: the runs in the store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from cli.display.run_facts import Pinned, about_run, facts
from cli.failures import reported
from cli.options import AsJson

if TYPE_CHECKING:
    from ablation.records import RunManifest
    from ablation.store import CrashedRun


def list_runs(
    study: Annotated[str | None, typer.Argument(help="Only this study.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """List the published runs, and those that were killed before they were, newest last.

    Example: ablate list quickstart
    """
    with reported(as_json=as_json):
        runs, pinned = _runs(study)
    if as_json:
        typer.echo(json.dumps([_row(run, pinned) for run in runs], indent=2))
    else:
        _print_list(runs, pinned, study)


def _runs(study: str | None) -> tuple[list[RunManifest | CrashedRun], Pinned]:
    """Return committed and crashed runs; one that was taken for dead and finished after all is a committed one."""
    from ablation.settings import Settings
    from ablation.store import list_crashed, open_store, pinned_runs
    from ablation.store import list_runs as committed

    with open_store(Settings()) as store:
        crashed = {run.run_id: run for run in list_crashed(store, study)}
        runs = crashed | {run.run_id: run for run in committed(store, study)}
        return [runs[run_id] for run_id in sorted(runs)], pinned_runs(store)


def _row(run: RunManifest | CrashedRun, pinned: Pinned) -> dict[str, object]:
    if run.status == "crashed":
        return run.model_dump(mode="json")
    return run.model_dump(mode="json", exclude={"files": True, "summary": {"settings", "changes"}}) | facts(run, pinned)


def _print_list(runs: list[RunManifest | CrashedRun], pinned: Pinned, study: str | None) -> None:
    """Print some lines a run: a run id must be whole to be copied, whatever the terminal's width."""
    if not runs:
        typer.echo(
            f"No run of {study} is published." if study else "No run is published yet. `make run` publishes one."
        )
    for run in runs:
        lines = [f"{run.run_id}  {run.study}  {run.status}"]
        if run.status == "crashed":
            lines.append("killed before it was published")
        else:
            lines += [" · ".join(about_run(run, pinned)), run.headline]
        typer.echo("\n    ".join(lines))
