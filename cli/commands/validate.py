"""`ablate validate`: every problem of every file in one report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.failures import Exit, print_error, print_warning
from cli.options import AsJson

if TYPE_CHECKING:
    from ablation.spec import Problem


def validate_specs(
    specs: Annotated[list[Path], typer.Argument(metavar="SPEC...", help="YAML files.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Check specs without running anything. A warning is something to know, and no error.

    Example: ablate validate specs/*.yaml
    """
    problems: dict[str, list[str]] = {}
    warnings: dict[str, list[str]] = {}
    for spec in specs:
        summary, found = _check(spec)
        problems[str(spec)] = [str(each) for each in found if each.severity == "error"]
        warnings[str(spec)] = [str(each) for each in found if each.severity == "warning"]
        for problem in found:
            (print_error if problem.severity == "error" else print_warning)(str(problem))
        if summary and not as_json:
            typer.echo(f"{spec}: {summary}")
    is_valid = not any(problems.values())
    if as_json:
        typer.echo(json.dumps({"valid": is_valid, "problems": problems, "warnings": warnings}, indent=2))
    if not is_valid:
        raise typer.Exit(Exit.USAGE)


def _check(spec: Path) -> tuple[str, tuple[Problem, ...]]:
    """Return what a spec comes to, nothing if it has errors; and its problems and warnings."""
    from ablation.spec import SpecError, load_study

    try:
        study = load_study(spec)
    except SpecError as error:
        return "", error.problems
    noted = len(study.warnings)
    sizes = ((len(study.variants), "variant"), (len(study.seeds), "seed"))
    ending = f", {noted} warning{'s' if noted > 1 else ''}" if noted else ""
    variants, seeds = (f"{count} {word}{'s' if count > 1 else ''}" for count, word in sizes)
    added = study.most_trials // len(study.variants) - len(study.seeds)
    more = f" and up to {added} more" if added else ""
    return f"{variants} x {seeds}{more}, valid{ending}", study.warnings
