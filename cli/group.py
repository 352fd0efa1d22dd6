"""The commands by name. Each is imported when it is asked for: `validate` does not wait for what `run` needs."""

from __future__ import annotations

import difflib
import itertools
import json
import pkgutil
import re
import sys
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from cli.failures import Exit, print_error

COMMANDS = {
    "validate": "cli.commands.validate:validate_specs",
    "plan": "cli.commands.plan:plan_study",
    "run": "cli.commands.run:run_study",
    "lr-range": "cli.commands.lr_range:range_test",
    "status": "cli.commands.status:show_status",
    "publish": "cli.commands.publish:publish",
    "list": "cli.commands.listing:list_runs",
    "show": "cli.commands.show:show_run",
    "compare": "cli.commands.compare:compare_runs",
    "browse": "cli.commands.browse:browse",
    "housekeeping": "cli.commands.housekeeping:keep_house",
    "verify": "cli.commands.copies:verify_run",
    "pull": "cli.commands.copies:pull_run",
    "pin": "cli.commands.pins:pin_run",
    "unpin": "cli.commands.pins:unpin_run",
    "gc": "cli.commands.collecting:collect_garbage",
    "data": "cli.commands.data:app",
    "schema": "cli.commands.schema:print_schema",
}


# Typer exports only this child of the class of all usage errors.
_UsageError: Any = typer.BadParameter.__bases__[0]


class Commands(TyperGroup):
    """The group of all commands; wrong usage is reported as every other mistake is."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import a command, or a group of them; None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        found = pkgutil.resolve_name(COMMANDS[cmd_name])
        if isinstance(found, typer.Typer):
            return typer.main.get_command(found)
        one = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
        one.command(cmd_name)(found)
        return typer.main.get_command(one)

    def main(self, args: Any = None, *rest: Any, **options: Any) -> Any:
        """Run a command and end the program with its exit code."""
        given = list(sys.argv[1:] if args is None else args)
        try:
            code = super().main(given, *rest, **options | {"standalone_mode": False})
        except _UsageError as error:
            _end_with_usage(error, given)
        sys.exit(code or 0)


def _end_with_usage(error: Any, given: list[str]) -> NoReturn:
    """Say what is wrong with the arguments, and where help is; without any arguments, the help itself."""
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(error.format_message())
        sys.exit(Exit.USAGE)
    message = _message(error, given)
    print_error(message)
    if "--json" in given:
        typer.echo(json.dumps({"error": message, "exit_code": Exit.USAGE}, indent=2))
    sys.exit(Exit.USAGE)


def _message(error: Any, given: list[str]) -> str:
    command = error.ctx.command_path if error.ctx else "ablate"
    options = [name for name in getattr(getattr(error, "param", None), "opts", ()) if name.startswith("-")]
    what = error.format_message()
    if options and error.message:
        got = [value for name, value in itertools.pairwise(given) if name in options]
        what = f"{options[0]}: {re.sub('^Input should ', 'must ', error.message)}" + (f", got {got[-1]}" if got else "")
    typed = re.search(r"No such command '(.+)'", what)
    near = difflib.get_close_matches(typed[1], COMMANDS, n=1) if typed else []
    advice = f"Did you mean {near[0]}?" if near else f"`{command} --help` says what there is."
    return f"{command}: {what.rstrip('.')}.\n  {advice}"
