"""`ablate data preview`: what a study's data looks like, before anything is trained on it."""

from __future__ import annotations

import difflib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.failures import WrongOption, print_warning, reported
from cli.options import AsJson, Overrides, Spec

if TYPE_CHECKING:
    from ablation.pipeline import DataPreview
    from ablation.spec import Study, Trial


def preview(
    spec: Spec,
    variant: Annotated[
        str | None, typer.Option("--variant", metavar="NAME", help="Whose data; the baseline's.", show_default=False)
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help="Of the split and the augmentation; the first.", show_default=False)
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="PATH", help="The PNG; STUDY-preview.png.", show_default=False)
    ] = None,
    overrides: Overrides = None,
    as_json: AsJson = False,
) -> None:
    """Look at a study's data: class balance, value ranges, and a picture of samples, normalised and augmented.

    Example: ablate data preview specs/quickstart.yaml --variant l2 --output digits.png
    """
    with reported(as_json=as_json):
        facts, path = _preview(spec, variant, seed, output, tuple(overrides or ()))
    if as_json:
        from cli.display.preview_report import preview_json

        typer.echo(preview_json(facts, path))
        return
    from cli.display.preview_report import print_preview

    print_preview(facts, path)


def _preview(
    spec: Path, variant: str | None, seed: int | None, output: Path | None, overrides: tuple[str, ...]
) -> tuple[DataPreview, Path]:
    from ablation.pipeline import choose_dataset, preview_data
    from ablation.report.preview import render_preview
    from ablation.settings import Settings
    from ablation.spec import load_study
    from ablation.store import open_store
    from cli.display.transfers import showing_transfers

    study = load_study(spec, overrides=overrides)
    trial = _trial(study, variant, seed)
    path = output or Path(f"{study.name}-preview.png")
    _require_writable(path)
    for warning in study.warnings:
        print_warning(str(warning))
    settings = Settings()
    settings.require_cache()
    with open_store(settings) as store, showing_transfers() as show:
        facts, sheet = preview_data(trial, choose_dataset(trial.spec.data.dataset), store, settings, show)
    _write(path, render_preview(sheet))
    return facts, path


def _trial(study: Study, variant: str | None, seed: int | None) -> Trial:
    variant = study.baseline if variant is None else variant
    seed = study.seeds[0] if seed is None else seed
    _require("--variant", "variant", variant, [each.name for each in study.variants])
    _require("--seed", "seed", str(seed), [str(each) for each in study.seeds])
    return next(trial for trial in study.trials if (trial.variant, trial.seed) == (variant, seed))


def _require(option: str, what: str, given: str, choices: Sequence[str]) -> None:
    if given not in choices:
        by_form = {choice.lower(): choice for choice in choices}
        near = difflib.get_close_matches(given.lower(), by_form, n=1)
        advice = f"Did you mean {by_form[near[0]]}?" if near else f"Choose from: {', '.join(choices[:60])}."
        raise WrongOption(f"{option}: the study has no {what} {given}.\n  {advice}")


def _require_writable(path: Path) -> None:
    """Refuse, before anything is fetched, a path that nothing can be written to."""
    if path.is_dir():
        raise WrongOption(f"--output: {path} is a folder.\n  Name a file in it, e.g. {path / 'preview.png'}.")
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise _unwritable(path, error) from error


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> WrongOption:
    return WrongOption(
        f"--output: cannot write {path}: {error.strerror}.\n  Name a file in a folder that can be written to."
    )
