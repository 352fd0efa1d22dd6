"""`ablate pin` and `ablate unpin`: which runs stay however old they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from cli.failures import reported
from cli.options import AsJson, Run

if TYPE_CHECKING:
    from ablation.records import RunManifest
    from ablation.store import Store


def pin_run(run: Run, as_json: AsJson = False) -> None:
    """Keep a run, its files and its trials, however old it becomes.

    Example: ablate pin latest
    """
    from ablation.store import pin_run as pin

    with reported(as_json=as_json):
        manifest, is_new = _apply(pin, run)
    _print(manifest, "pinned", is_new, as_json)


def unpin_run(run: Run, as_json: AsJson = False) -> None:
    """Let `ablate gc --older-than` remove a run again.

    Example: ablate unpin 20261121-041200-7f3a1c
    """
    from ablation.store import unpin_run as unpin

    with reported(as_json=as_json):
        manifest, is_new = _apply(unpin, run)
    _print(manifest, "unpinned", is_new, as_json)


def _apply(change: Callable[[Store, RunManifest], bool], run: str) -> tuple[RunManifest, bool]:
    from ablation.settings import Settings
    from ablation.store import open_store, resolve_run

    with open_store(Settings()) as store:
        manifest = resolve_run(store, run)
        return manifest, change(store, manifest)


def _print(manifest: RunManifest, state: str, is_new: bool, as_json: bool) -> None:
    if as_json:
        row = {"study": manifest.study, "run_id": manifest.run_id, "pinned": state == "pinned", "changed": is_new}
        typer.echo(json.dumps(row, indent=2))
    else:
        before = "" if is_new else ", as before"
        typer.echo(f"{manifest.study} {manifest.run_id}: {state}{before}")
