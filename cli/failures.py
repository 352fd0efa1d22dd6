"""Exit codes, and one clear report instead of a traceback for every mistake that has a name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import typer
from pydantic import ValidationError
from rich.console import Console

errors = Console(stderr=True, highlight=False, soft_wrap=True)


class Exit(IntEnum):
    """What a command ends with; other people's scripts rely on it."""

    DONE = 0
    TRIAL_FAILED = 1
    USAGE = 2
    GATE_FAILED = 3
    GATE_INCONCLUSIVE = 4
    UNREACHABLE = 5
    INTERRUPTED = 130


@contextmanager
def reported(*, as_json: bool = False) -> Iterator[None]:
    """Turn the errors that have a name into one report on stderr and an exit code; with `--json` a document as well."""
    try:
        yield
    except (typer.Exit, KeyboardInterrupt):
        raise
    except Exception as error:
        code = _code(error)
        if code is None:
            raise
        errors.print(_message(error), style="red", markup=False)
        if as_json:
            typer.echo(json.dumps({"error": _message(error), "exit_code": code}, indent=2))
        raise typer.Exit(code) from error


def _message(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    details = error.errors(include_url=False)
    return "\n".join(
        f"ABLATION_{str(detail['loc'][0]).upper()}: {detail['msg']}, got {detail['input']!r}."
        " It is set in the environment or in .env."
        for detail in details
    )


def _code(error: Exception) -> Exit | None:
    """Return the exit code of an error by its class's name: naming the classes would import their rooms."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & {"StoreError", "EngineUnreachable", "DataUnavailable", "CacheUnwritable"} and "RunUnknown" not in names:
        return Exit.UNREACHABLE
    if names & {"SpecError", "DataError", "RunUnknown"}:
        return Exit.USAGE
    if isinstance(error, ValidationError) and error.title == "Settings":
        return Exit.USAGE
    return None
