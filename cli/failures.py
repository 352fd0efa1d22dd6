"""Exit codes, and one clear report instead of a traceback for every mistake that has a name."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import typer


class Exit(IntEnum):
    """What a command ends with; other people's scripts rely on it."""

    DONE = 0
    TRIAL_FAILED = 1
    NOT_WHOLE = 1
    USAGE = 2
    GATE_FAILED = 3
    GATE_INCONCLUSIVE = 4
    UNREACHABLE = 5
    INTERRUPTED = 130


class WrongOption(Exception):
    """An option names something that is not there, or a file that cannot be written; the message says which."""


def print_error(text: str) -> None:
    """Print what is wrong on stderr."""
    _print(text, typer.colors.RED)


def print_warning(text: str) -> None:
    """Print something to know on stderr."""
    _print(text, typer.colors.YELLOW)


def print_note(text: str) -> None:
    """Print plain words on stderr."""
    _print(text, None)


def _print(text: str, colour: str | None) -> None:
    """Print in colour on a terminal, and plainly elsewhere; Rich, which can do the same, takes longer to import."""
    typer.secho(text, err=True, fg=colour)


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
        print_error(_message(error))
        if as_json:
            typer.echo(json.dumps({"error": _message(error), "exit_code": code}, indent=2))
        raise typer.Exit(code) from error


def _message(error: Exception) -> str:
    if _is_full_disk(error):
        path = getattr(error, "filename", None)
        where = f": {path}" if path else ""
        return (
            f"no space is left on the disk{where}.\n"
            "  Free some. What was finished is kept; the same command goes on from there."
        )
    if not _is_of_settings(error):
        return str(error)
    details = error.errors(include_url=False)  # type: ignore[attr-defined]  # pydantic's ValidationError
    return "\n".join(
        f"ABLATION_{str(detail['loc'][0]).upper()}: {detail['msg']}, got {detail['input']!r}."
        " It is set in the environment or in .env."
        for detail in details
    )


def _code(error: Exception) -> Exit | None:
    """Return the exit code of an error by its class's name: naming the classes would import their rooms."""
    if _is_full_disk(error):
        return Exit.UNREACHABLE
    names = {kind.__name__ for kind in type(error).__mro__}
    if "PullIncomplete" in names:
        return Exit.NOT_WHOLE
    if names & {"RunUnknown", "PathsRefused", "FolderTaken", "PortUnavailable"}:
        return Exit.USAGE
    if names & {"StoreError", "EngineUnreachable", "DataUnavailable", "CacheUnwritable"}:
        return Exit.UNREACHABLE
    wrong = {"SpecError", "DataError", "TooManyTrials", "PilotFailed", "PreflightFailed", "WrongOption"}
    if names & wrong:
        return Exit.USAGE
    if "ResourcesMissing" in names:
        return Exit.UNREACHABLE
    if "RangeTestFailed" in names:
        return Exit.USAGE
    return Exit.USAGE if _is_of_settings(error) else None


def _is_of_settings(error: Exception) -> bool:
    return type(error).__name__ == "ValidationError" and getattr(error, "title", "") == "Settings"


def _is_full_disk(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
