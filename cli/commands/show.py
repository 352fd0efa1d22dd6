"""`ablate show`: one published run in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from cli.failures import reported
from cli.options import AsJson, Run

if TYPE_CHECKING:
    from cli.display.run_report import ShownRun


def show_run(run: Run, as_json: AsJson = False) -> None:
    """Show what a run answered, its learning curves, what failed, its files and where its page is.

    Example: ablate show latest
    """
    with reported(as_json=as_json):
        shown = _read(run)
    if as_json:
        from pydantic_core import to_json

        from cli.display.run_facts import facts

        manifest = shown.run.manifest
        document = manifest.model_dump(mode="json") | facts(manifest, shown.pinned)
        document |= {"results": shown.run.results, "address": shown.address, "curves": shown.curves}
        document |= {"outcomes": shown.run.trials, "failures": shown.failures}
        typer.echo(to_json(document, indent=2, inf_nan_mode="null").decode())
        return
    from cli.display.run_report import print_run

    print_run(shown)


def _read(run: str) -> ShownRun:
    from ablation.inspection import read_curves, read_failures, read_published
    from ablation.settings import Settings
    from ablation.store import open_store, pinned_runs, public_address, resolve_run, run_file_key
    from cli.display.run_report import ShownRun

    with open_store(Settings()) as store:
        manifest = resolve_run(store, run)
        published = read_published(store, manifest)
        return ShownRun(
            run=published,
            curves=read_curves(store, published),
            failures=read_failures(store, published),
            address=public_address(store, run_file_key(manifest.study, manifest.run_id, "index.html")),
            pinned=pinned_runs(store),
        )
