"""`ablate list` and `ablate show`: the runs in the store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from cli.failures import reported
from cli.options import AsJson, Run

if TYPE_CHECKING:
    from ablation.records import RunManifest
    from ablation.store import CrashedRun

    Pinned = set[tuple[str, str]]


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


def show_run(run: Run, as_json: AsJson = False) -> None:
    """Show what a run answered, when, from how many trials, and how large it is.

    Example: ablate show latest
    """
    with reported(as_json=as_json):
        manifest, effects, address, pinned = _read(run)
    if as_json:
        document = manifest.model_dump(mode="json") | _facts(manifest, pinned) | {"results": effects}
        typer.echo(json.dumps(document, indent=2))
        return
    from cli.tables import print_run

    print_run(manifest, effects, address, " · ".join(_about(manifest, pinned)))


def _runs(study: str | None) -> tuple[list[RunManifest | CrashedRun], Pinned]:
    """Return committed and crashed runs; one that was taken for dead and finished after all is a committed one."""
    from ablation.settings import Settings
    from ablation.store import list_crashed, open_store, pinned_runs
    from ablation.store import list_runs as committed

    with open_store(Settings()) as store:
        crashed = {run.run_id: run for run in list_crashed(store, study)}
        runs = crashed | {run.run_id: run for run in committed(store, study)}
        return [runs[run_id] for run_id in sorted(runs)], pinned_runs(store)


def _read(run: str) -> tuple[RunManifest, dict[str, object], str, Pinned]:
    from ablation.settings import Settings
    from ablation.store import get_run_file, open_store, pinned_runs, public_address, resolve_run, run_file_key

    with open_store(Settings()) as store:
        manifest = resolve_run(store, run)
        effects = json.loads(get_run_file(store, manifest, "effects.json"))
        address = public_address(store, run_file_key(manifest.study, manifest.run_id, "index.html"))
        return manifest, effects, address, pinned_runs(store)


def _row(run: RunManifest | CrashedRun, pinned: Pinned) -> dict[str, object]:
    if run.status == "crashed":
        return run.model_dump(mode="json")
    return run.model_dump(mode="json", exclude={"files"}) | _facts(run, pinned)


def _facts(manifest: RunManifest, pinned: Pinned) -> dict[str, int]:
    return {
        "bytes": sum(file.bytes for file in manifest.files),
        "pinned": (manifest.study, manifest.run_id) in pinned,
    }


def _about(manifest: RunManifest, pinned: Pinned) -> list[str]:
    """Return when a run ended, its trials, its size, and whether it is pinned."""
    from cli.units import counted, duration, size

    facts = _facts(manifest, pinned)
    trials = ", ".join(f"{count} {status}" for status, count in manifest.trials.items())
    return [
        f"{manifest.finished_at:%Y-%m-%d %H:%M} UTC",
        f"{trials} in {duration(manifest.wall_s)}",
        f"{counted(len(manifest.files), 'file')}, {size(facts['bytes'])}",
        *(["pinned"] if facts["pinned"] else []),
    ]


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
            lines += [" · ".join(_about(run, pinned)), run.headline]
        typer.echo("\n    ".join(lines))
