"""`ablate lr-range`: which learning rates one trial of a study can train with."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.failures import Exit, WrongOption, print_note, print_warning, reported
from cli.options import AsJson, Overrides, Spec

if TYPE_CHECKING:
    from ablation.pipeline import RangeTest

FORMATS = (".png", ".svg")


def range_test(
    spec: Spec,
    overrides: Overrides = None,
    variant: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which variant; else the baseline.", show_default=False)
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Else the study's first.", show_default=False)] = None,
    first_rate: Annotated[float, typer.Option("--from", help="The first learning rate.")] = 1e-7,
    last_rate: Annotated[float, typer.Option("--to", help="The last one.")] = 10.0,
    steps: Annotated[
        int | None, typer.Option(min=2, help="Rates to try; else two epochs', 100 to 200.", show_default=False)
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="The chart, as PNG and SVG; else STUDY-lr-range.png.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train the first steps of one trial with a learning rate that climbs, and see where its loss falls.

    Nothing is published, and no trial counts as trained by it.

    Example: ablate lr-range specs/quickstart.yaml --variant dropout
    """
    with reported(as_json=as_json):
        request = {"variant": variant, "seed": seed, "first_rate": first_rate, "last_rate": last_rate, "steps": steps}
        test, files = _test(spec, overrides, request, output)
    if as_json:
        typer.echo(_document(test, files))
        return
    from ablation.analysis import range_lines

    for line in range_lines(test.found):
        typer.echo(line)
    if files:
        typer.echo(f"Chart: {files[0]}")


def _test(
    spec: Path, overrides: list[str] | None, request: dict[str, Any], output: Path | None
) -> tuple[RangeTest, list[Path]]:
    from ablation.pipeline import RangeRequest, run_range_test
    from ablation.settings import Settings
    from ablation.spec import load_study
    from ablation.store import open_store
    from cli.interruption import ending_on_signals

    settings = Settings()
    settings.require_cache()
    study = load_study(spec, overrides=tuple(overrides or ()))
    for warning in study.warnings:
        print_warning(str(warning))
    files = _chart_files(output or Path(f"{study.name}-lr-range.png"))
    with ending_on_signals():
        try:
            with open_store(settings) as store:
                test = run_range_test(study, RangeRequest(**request), store, settings)
        except KeyboardInterrupt:
            print_note("Interrupted. Nothing was written.")
            sys.exit(Exit.INTERRUPTED)
    return test, _draw(test, files) if test.found.rates else []


def _chart_files(output: Path) -> list[Path]:
    """Return the chart's files, the one asked for first; that they cannot be written is said before the training."""
    if output.suffix not in FORMATS:
        raise WrongOption(f"--output: must end in .png or .svg; the other is written beside it\n  got {output}.")
    try:
        with tempfile.TemporaryFile(dir=output.parent):
            pass
    except OSError as error:
        raise WrongOption(
            f"--output: cannot write to the folder {output.parent}: {error.strerror}\n"
            f"  got {output}. Give a path in a folder that exists and can be written to."
        ) from error
    files = sorted((output.with_suffix(suffix) for suffix in FORMATS), key=lambda path: path != output)
    for path in files:
        if path.is_dir():
            raise WrongOption(f"--output: must be a file\n  got {path}, which is a folder.")
    return files


def _draw(test: RangeTest, files: list[Path]) -> list[Path]:
    from ablation.report import render_rate_range

    title = f"{test.study}, {test.variant} seed {test.seed}: learning-rate range test"
    drawing = render_rate_range(test.found, title=title)
    for path in files:
        path.write_bytes(drawing.png if path.suffix == ".png" else drawing.svg)
    return files


def _document(test: RangeTest, files: list[Path]) -> str:
    from ablation.analysis import range_lines

    found = test.found.model_dump(mode="json") | {"minimum_tenth": test.found.minimum_tenth}
    names = {"study": test.study, "variant": test.variant, "seed": test.seed}
    lines = list(range_lines(test.found))
    return json.dumps(names | found | {"answers": lines, "files": [str(path) for path in files]}, indent=2)
