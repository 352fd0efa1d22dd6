"""The command line: what there is, and what is true for every command."""

from __future__ import annotations

import typer
from dotenv import load_dotenv

from cli.listing import list_runs, show_run
from cli.plan import plan_study
from cli.run import run_study
from cli.status import show_status
from cli.validate import validate_specs

app = typer.Typer(
    name="ablate",
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
    load_dotenv(".env", override=False)


app.command("validate")(validate_specs)
app.command("plan")(plan_study)
app.command("run")(run_study)
app.command("status")(show_status)
app.command("list")(list_runs)
app.command("show")(show_run)
