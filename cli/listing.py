"""`ablate list` and `ablate show`: the runs in the store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

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
        runs = _runs(study)
    if as_json:
        rows = [run.model_dump(mode="json", exclude={"files"}) for run in runs]
        typer.echo(json.dumps(rows, indent=2))
    else:
        _print_list(runs, study)


def show_run(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run id, a unique prefix of one, or `latest`.")],
    as_json: AsJson = False,
) -> None:
    """Show what a run answered.

    Example: ablate show latest
    """
    with reported(as_json=as_json):
        manifest, effects, address = _read(run)
    if as_json:
        typer.echo(json.dumps(manifest.model_dump(mode="json") | {"results": effects}, indent=2))
        return
    from cli.tables import print_run

    print_run(manifest, effects, address)


def _runs(study: str | None) -> list[RunManifest | CrashedRun]:
    """Return committed and crashed runs; one that was taken for dead and finished after all is a committed one."""
    from ablation.settings import Settings
    from ablation.store import list_crashed, open_store
    from ablation.store import list_runs as committed

    with open_store(Settings()) as store:
        crashed = {run.run_id: run for run in list_crashed(store, study)}
        runs = crashed | {run.run_id: run for run in committed(store, study)}
    return [runs[run_id] for run_id in sorted(runs)]


def _read(run: str) -> tuple[RunManifest, dict[str, object], str]:
    from ablation.settings import Settings
    from ablation.store import get_run_file, open_store, public_address, resolve_run, run_file_key

    with open_store(Settings()) as store:
        manifest = resolve_run(store, run)
        effects = json.loads(get_run_file(store, manifest, "effects.json"))
        address = public_address(store, run_file_key(manifest.study, manifest.run_id, "index.html"))
    return manifest, effects, address


def _print_list(runs: list[RunManifest | CrashedRun], study: str | None) -> None:
    """Print two lines a run: a run id must be whole to be copied, whatever the terminal's width."""
    if not runs:
        typer.echo(
            f"No run of {study} is published." if study else "No run is published yet. `make run` publishes one."
        )
    for run in runs:
        says = "killed before it was published" if run.status == "crashed" else run.headline
        typer.echo(f"{run.run_id}  {run.study}  {run.status}\n    {says}")
