"""`ablate housekeeping`: what killed runs have left, and what was not used for long."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from cli.failures import print_note, reported
from cli.options import AsJson

if TYPE_CHECKING:
    from ablation.pipeline import Leftover


def keep_house(
    apply: Annotated[bool, typer.Option("--apply", help="Do it; else it is only said what would be done.")] = False,
    older_than: Annotated[
        float, typer.Option(min=0, metavar="DAYS", help="How long a part of the cache must not have been used.")
    ] = 30.0,
    as_json: AsJson = False,
) -> None:
    """Mark killed runs as crashed, free their trials, and remove what the cache keeps for nobody.

    Removed are leases and records of runs whose process has ended, folders of such runs on this machine and, while no
    run is under way here, checkpoints, features and prepared data that were not used for 30 days. Results, datasets
    and downloads are never touched. Where a run of another machine is to be judged it takes half a minute.

    Example: ablate housekeeping --apply
    """
    with reported(as_json=as_json):
        found = _keep_house(apply, older_than)
    if as_json:
        document = {"applied": apply, "found": [each.model_dump(mode="json") for each in found]}
        typer.echo(json.dumps(document, indent=2))
        return
    for each in found:
        typer.echo(f"{each.kind}  {each.name}  {each.bytes / 1e6:.1f} MB")
    if not found:
        print_note("Nothing to do.")
    elif not apply:
        print_note("Nothing was changed. `ablate housekeeping --apply` does it.")


def _keep_house(apply: bool, older_than: float) -> tuple[Leftover, ...]:
    from ablation.settings import Settings
    from flows.local import run_housekeeping

    settings = Settings()
    settings.require_cache()
    return run_housekeeping(settings.cache_dir, is_applied=apply, older_than_days=older_than)
