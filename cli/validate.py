"""`ablate validate`: every problem of every file in one report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from ablation.spec import SpecError, load_study
from cli.failures import Exit, errors


def validate_specs(
    specs: Annotated[list[Path], typer.Argument(metavar="SPEC...", help="YAML files.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Check specs without running anything.

    Example: ablate validate specs/*.yaml
    """
    found: dict[str, list[str]] = {}
    for spec in specs:
        try:
            study = load_study(spec)
        except SpecError as error:
            found[str(spec)] = [str(problem) for problem in error.problems]
            errors.print(str(error), style="red", markup=False)
        else:
            found[str(spec)] = []
            if not as_json:
                typer.echo(f"{spec}: {len(study.variants)} variants x {len(study.seeds)} seeds, valid")
    if as_json:
        typer.echo(json.dumps({"valid": not any(found.values()), "problems": found}, indent=2))
    if any(found.values()):
        raise typer.Exit(Exit.USAGE)
