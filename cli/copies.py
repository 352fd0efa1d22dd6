"""`ablate verify` and `ablate pull`: whether a published run is whole, and a copy of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.failures import Exit, reported
from cli.options import AsJson, Run

if TYPE_CHECKING:
    from ablation.store import Pulled, Verification


def verify_run(run: Run, as_json: AsJson = False) -> None:
    """Read every file of a run and of its trials again, and name what is missing, foreign or changed.

    Example: ablate verify latest
    """
    with reported(as_json=as_json):
        found = _verify(run)
    if as_json:
        from pydantic_core import to_json

        typer.echo(to_json(found.model_dump() | {"is_whole": found.is_whole}, indent=2).decode())
    else:
        _print(found)
    if not found.is_whole:
        raise typer.Exit(Exit.NOT_WHOLE)


def pull_run(
    run: Run,
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where to; it is made.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Copy a run to a folder, each file verified. The same command goes on where it was interrupted.

    Example: ablate pull latest results/quickstart
    """
    with reported(as_json=as_json):
        pulled = _pull(run, directory)
    if as_json:
        typer.echo(pulled.model_dump_json(indent=2))
        return
    from cli.units import counted, size

    fetched = f"{counted(pulled.fetched, 'file')}, {size(pulled.fetched_bytes)}"
    there = f"; {counted(pulled.present, 'file')} there already" if pulled.present else ""
    typer.echo(f"{pulled.study} {pulled.run_id}: {fetched}{there}")
    typer.echo(f"Page: {directory / 'index.html'}")


def _verify(run: str) -> Verification:
    from ablation.settings import Settings
    from ablation.store import open_store, verify_named

    with open_store(Settings()) as store:
        return verify_named(store, run)


def _pull(run: str, directory: Path) -> Pulled:
    from ablation.settings import Settings
    from ablation.store import open_store, pull_run, resolve_run

    with open_store(Settings()) as store:
        return pull_run(store, resolve_run(store, run), directory)


def _print(found: Verification) -> None:
    from cli.units import counted, size

    for finding in found.findings:
        typer.echo(f"{finding.kind}: {finding.key}: {finding.detail}")
    trials = f"{counted(found.trials, 'trial')} with {counted(found.blobs, 'blob')}"
    read = f"{counted(found.files, 'file')}, {trials}, {size(found.bytes)}"
    verdict = counted(len(found.findings), "finding") if found.findings else "whole"
    typer.echo(f"{found.study} {found.run_id}: {verdict} ({read})")
