"""The `ablate` command. Light to import: every trial's process imports it again."""

from __future__ import annotations

import gc
import os
import signal
from types import FrameType


def main() -> None:
    """Run the command line."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # else every installed package is searched for one
    gc.set_threshold(50_000, 20, 20)  # building the models of the language makes much and drops little
    signal.signal(signal.SIGINT, _end_at_once)  # until a run, which has something to lose, brings its own
    from cli.app import app

    try:
        app()
    finally:
        gc.freeze()  # the interpreter ends a fifth sooner when it need not look through all that was imported


def _end_at_once(signum: int, frame: FrameType | None) -> None:
    os.write(2, b"Interrupted.\n")
    os._exit(130)
