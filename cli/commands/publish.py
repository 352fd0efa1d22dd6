"""`ablate publish`: publish the finished trials that wait on this machine for their store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

from cli.display.waiting import waiting_lines
from cli.failures import Exit, print_error, print_note, reported
from cli.options import AsJson

if TYPE_CHECKING:
    from ablation.pipeline import WaitingTrial


def publish(as_json: AsJson = False) -> None:
    """Publish the finished trials that wait on this machine, because their store was away.

    Example: ablate publish
    """
    published: list[WaitingTrial] = []
    with reported(as_json=as_json):
        damaged = _publish(published, as_json)
    for waiting in damaged:
        print_error(
            f"{_named(waiting)} cannot be published: a file of it was changed while it waited.\n"
            "  The command that trained it trains it again."
        )
    if as_json:
        rows = {"published": [_row(each) for each in published], "damaged": [_row(each) for each in damaged]}
        typer.echo(json.dumps(rows, indent=2))
    elif not published and not damaged:
        typer.echo("No trial waits for this store.")
    if damaged:
        raise typer.Exit(Exit.TRIAL_FAILED)


def _publish(published: list[WaitingTrial], as_json: bool) -> tuple[WaitingTrial, ...]:
    """Publish what waits, note it, and say it as it goes; return what cannot be."""
    from ablation.pipeline import publish_waiting
    from ablation.settings import Settings
    from ablation.store import open_store

    settings = Settings()

    def note(waiting: WaitingTrial) -> None:
        published.append(waiting)
        if not as_json:
            typer.echo(f"{_named(waiting)}: published")

    try:
        with open_store(settings) as store:
            return publish_waiting(store, settings, note)
    finally:
        for line in waiting_lines(settings):  # for other stores, or since this one is away
            print_note(line)


def _named(waiting: WaitingTrial) -> str:
    return f"{waiting.study}: {waiting.outcome.variant} seed {waiting.outcome.seed}"


def _row(waiting: WaitingTrial) -> dict[str, object]:
    trial = waiting.outcome
    named = {"variant": trial.variant, "seed": trial.seed, "fingerprint": trial.fingerprint}
    return {"study": waiting.study, "run_id": waiting.run_id, **named}
