"""`ablate verify` and `ablate pull`: whether a published run is whole, its repair, and a copy of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.failures import Exit, reported
from cli.options import AsJson, Run

if TYPE_CHECKING:
    from ablation.store import Pulled, Repaired, Verification


def verify_run(
    run: Run,
    repair: Annotated[bool, typer.Option("--repair", help="Write again, or remove, what is damaged.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read every file of a run and of its trials again, and name what is missing, foreign or changed.

    With --repair what is lost or changed is written again from what else in the store has its bytes. What nothing has
    is removed where runs would take it for whole: the next run of the study makes it again.

    Example: ablate verify latest --repair
    """
    with reported(as_json=as_json):
        found, repaired = _verify(run, repair)
    is_whole = (repaired or found).is_whole
    if as_json:
        from pydantic_core import to_json

        done = {} if repaired is None else repaired.model_dump(exclude={"verification"})
        typer.echo(to_json(found.model_dump() | done | {"is_whole": is_whole}, indent=2).decode())
    else:
        _print(found, repaired)
    if not is_whole:
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
    from cli.display.units import counted, size

    fetched = f"{counted(pulled.fetched, 'file')}, {size(pulled.fetched_bytes)}"
    there = f"; {counted(pulled.present, 'file')} there already" if pulled.present else ""
    typer.echo(f"{pulled.study} {pulled.run_id}: {fetched}{there}")
    typer.echo(f"Page: {directory / 'index.html'}")


def _verify(run: str, is_repaired: bool) -> tuple[Verification, Repaired | None]:
    from ablation.settings import Settings
    from ablation.store import open_store, repair_named, verify_named

    with open_store(Settings()) as store:
        if not is_repaired:
            return verify_named(store, run), None
        repaired = repair_named(store, run)
        return repaired.verification, repaired


def _pull(run: str, directory: Path) -> Pulled:
    from ablation.settings import Settings
    from ablation.store import open_store, pull_run, resolve_run

    with open_store(Settings()) as store:
        return pull_run(store, resolve_run(store, run), directory)


def _print(found: Verification, repaired: Repaired | None) -> None:
    from cli.display.units import counted, size

    for finding in found.findings:
        typer.echo(f"{finding.kind}: {finding.key}: {finding.detail}")
    for repair in repaired.repairs if repaired else ():
        typer.echo(f"{repair.action}: {repair.key}: {repair.detail}")
    trials = f"{counted(found.trials, 'trial')} with {counted(found.blobs, 'blob')}"
    read = f"{counted(found.files, 'file')}, {trials}, {size(found.bytes)}"
    verdict = counted(len(found.findings), "finding") if found.findings else "whole"
    typer.echo(f"{found.study} {found.run_id}: {verdict}{_outcome(repaired)} ({read})")
    if repaired is not None and repaired.is_to_be_made:
        typer.echo(_next_step(repaired))


def _next_step(repaired: Repaired) -> str:
    """Say what makes the lost files, and what becomes of a run that no other run can make whole."""
    study = repaired.verification.study
    again = f"`{repaired.command}`" if repaired.command else f"the study {study} again"
    if not repaired.stays_damaged:
        return f"Next: run {again}."
    return (
        f"This run stays damaged: its own pages and tables cannot be made again.\nNext: run {again}, which publishes"
        " another run. `ablate gc --older-than DAYS --apply` removes this one, unless it is pinned or the newest."
    )


def _outcome(repaired: Repaired | None) -> str:
    """Return what became of the findings, e.g. `, 2 restored, 1 removed`."""
    actions = [repair.action for repair in repaired.repairs] if repaired else []
    return "".join(f", {actions.count(action)} {action}" for action in dict.fromkeys(actions))
