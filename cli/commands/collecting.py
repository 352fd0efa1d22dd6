"""`ablate gc`: what nothing in the store holds, and removing it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from cli.failures import reported
from cli.options import AsJson

if TYPE_CHECKING:
    from ablation.store import Ages, Collection, Garbage, Store

SHOWN = 5

Grace = Annotated[
    float,
    typer.Option(min=0, max=87_600, metavar="HOURS", help="Keep what is younger; 0 only while nothing runs."),
]
OlderThan = Annotated[
    float | None,
    typer.Option(min=0, max=36_500, metavar="DAYS", help="Remove whole runs that are older, too.", show_default=False),
]


def collect_garbage(
    apply: Annotated[bool, typer.Option("--apply", help="Remove it; otherwise only say what would be.")] = False,
    grace: Grace = 24,
    older_than: OlderThan = None,
    as_json: AsJson = False,
) -> None:
    """Say what nothing in the store holds, and remove it with --apply. Ages are told by the store's clock.

    Pinned runs, champions, the newest run of each study, and what runs at this moment stay.

    Example: ablate gc --older-than 90 --apply
    """
    from ablation.store import Ages

    with reported(as_json=as_json):
        days = None if older_than is None else timedelta(days=older_than)
        found = _collect(Ages(timedelta(hours=grace), days), apply)
    if as_json:
        from pydantic_core import to_json

        totals = {"applied": apply, "objects": _objects(found.garbage), "bytes": _bytes(found.garbage)}
        typer.echo(to_json(totals | found.model_dump(), indent=2).decode())
    else:
        _print(found, apply)


def _collect(ages: Ages, apply: bool) -> Collection:
    from ablation.settings import Settings
    from ablation.store import mark_garbage, open_store, sweep_garbage, take_survey

    with open_store(Settings()) as store:
        if not apply:
            return mark_garbage(take_survey(store, ages))
        swept = sweep_garbage(store, ages)
        _rebuild_indexes(store, swept)
        return swept


def _rebuild_indexes(store: Store, swept: Collection) -> None:
    """Write the index pages anew where runs are gone from them."""
    studies = {item.key.split("/")[1] for item in swept.garbage if item.kind == "old run"}
    if studies:
        from ablation.pipeline import rebuild_indexes

        for study in sorted(studies):
            rebuild_indexes(store, study)


def _print(found: Collection, is_applied: bool) -> None:
    from cli.display.units import counted, size

    for kind in dict.fromkeys(item.kind for item in found.garbage):
        items = [item for item in found.garbage if item.kind == kind]
        typer.echo(f"{kind}: {len(items):,}, {size(_bytes(items))}")
        for item in items[:SHOWN]:
            typer.echo(f"    {item.key}  {size(item.bytes)}, {item.why}")
        if len(items) > SHOWN:
            typer.echo(f"    and {len(items) - SHOWN:,} more (--json lists all)")
    for run in found.kept:
        typer.echo(f"kept: {run.study} {run.run_id}: {run.why}")
    for note in found.notes:
        typer.echo(f"kept: {note}")
    total = f"{counted(_objects(found.garbage), 'object')}, {size(_bytes(found.garbage))}"
    if not found.garbage:
        typer.echo("There is nothing to remove.")
    elif is_applied:
        typer.echo(f"Removed {total}.")
    else:
        typer.echo(f"Nothing was removed. `ablate gc --apply` with the same options removes {total}.")


def _objects(items: tuple[Garbage, ...]) -> int:
    return sum(item.objects for item in items)


def _bytes(items: list[Garbage] | tuple[Garbage, ...]) -> int:
    return sum(item.bytes for item in items)
