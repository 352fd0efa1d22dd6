"""`ablate browse`: the store in a browser, read-only, on this machine alone."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from cli.failures import print_note, reported
from cli.options import AsJson

PORT = 4300


def browse(
    port: Annotated[int, typer.Option(min=0, max=65535, help="On loopback; 0 takes a free one.")] = PORT,
    opens: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    as_json: AsJson = False,
) -> None:
    """Serve the store read-only on loopback until Ctrl-C, and print the address.

    From another machine: `ssh -L 4300:localhost:4300 HOST`, then http://localhost:4300/ there.

    Example: ablate browse --port 0 --open
    """
    with reported(as_json=as_json):
        _serve(port, opens, as_json)


def _serve(port: int, opens: bool, as_json: bool) -> None:
    from ablation.browsing import browsing
    from ablation.settings import Settings
    from ablation.store import open_store
    from cli.interruption import told_to_end

    settings = Settings()
    with told_to_end() as told, open_store(settings) as store:

        def has_ended(machine: str, owner: str) -> bool:
            from ablation.pipeline import owners_of  # takes long, and is needed only when a run is under way

            return owners_of(store, settings).has_ended(machine, owner)

        with browsing(store, port, has_ended) as address:
            _say(address, store.uri, as_json)
            if opens:
                import webbrowser

                webbrowser.open(address)
            told.wait()


def _say(address: str, uri: str, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"address": address, "store": uri}, indent=2))
    else:
        typer.echo(f"{uri} is at {address}")
        print_note("Ctrl-C ends it.")
