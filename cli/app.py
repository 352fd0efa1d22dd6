"""The command line: what there is, and what is true for every command."""

from __future__ import annotations

from pathlib import Path

import typer

from cli.group import Commands
from cli.variables import warn_of_unknown_variables

app = typer.Typer(
    name="ablate",
    cls=Commands,
    help="Ablation studies: YAML in; trained, compared and published studies out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def prepare() -> None:
    """Read .env, as the settings do, for what other libraries read from the environment."""
    if Path(".env").is_file():
        from dotenv import load_dotenv

        load_dotenv(".env", override=False)
    warn_of_unknown_variables()
