"""A published run as the terminal shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console

from ablation.analysis import format_number
from ablation.inspection import FailedTrial, MeanCurves, PublishedRun
from cli.display.run_facts import Pinned, about_run
from cli.display.sparklines import sparkline
from cli.display.tables import output_console, print_comparison

MOST_CURVE = 60
LEAST_CURVE = 8
# Beyond this ratio a linear scale would show little but the first epochs.
LOG_FROM = 10
MOST_FAILURES = 10
SHOWN_FILES = ("summary.csv", "effects.json", "model_card.md", "spec.yaml", "provenance.json")


@dataclass(frozen=True)
class ShownRun:
    """All that is shown of a run."""

    run: PublishedRun
    curves: MeanCurves
    failures: tuple[FailedTrial, ...]
    address: str
    pinned: Pinned


def print_run(shown: ShownRun) -> None:
    """Print a run: question, comparison, answer, learning curves, failures, files, and where the page is."""
    console, manifest = output_console(), shown.run.manifest
    _say(console, f"{manifest.study} {manifest.run_id}: {manifest.status}")
    _say(console, " · ".join(about_run(manifest, shown.pinned)))
    if manifest.question:
        _say(console, manifest.question)
    if shown.run.comparison is not None:
        print_comparison(console, shown.run.comparison)
    for line in shown.run.answer:
        _say(console, line)
    for line in curve_lines(shown.curves, console.width, console.encoding):
        _say(console, line)
    for line in _failure_lines(shown.failures):
        _say(console, line, style="red")
    for line in _file_lines(shown):
        _say(console, line)


def curve_lines(curves: MeanCurves, width: int, encoding: str) -> Iterator[str]:
    """Yield a line a variant: the curve on a scale that all share, its first and last value, and its extremes."""
    known = [value for curve in curves.values.values() for value in curve if value is not None]
    if not known:
        return
    low, high = min(known), max(known)
    is_log = low > 0 and high > LOG_FROM * low
    yield f"\n{curves.metric} by epoch, mean over seeds, {_number(low)} to {_number(high)}{', log scale' * is_log}"
    names = max(len(variant) for variant in curves.values)
    for variant, curve in curves.values.items():
        ends = _ends(curve)
        room = min(MOST_CURVE, width - names - len(ends) - 6)
        name = f"  {variant:{names}}"
        if room < LEAST_CURVE:
            yield name.rstrip()
            name, room = "   ", max(LEAST_CURVE, min(MOST_CURVE, width - len(ends) - 6))
        line = sparkline(curve, low, high, width=room, encoding=encoding, is_log=is_log)
        yield f"{name} {line}  {ends}"


def _ends(curve: tuple[float | None, ...]) -> str:
    values = [value for value in curve if value is not None]
    return f"{_number(values[0])} to {_number(values[-1])}" if values else "no finite value"


def _failure_lines(failures: tuple[FailedTrial, ...]) -> Iterator[str]:
    if failures:
        yield "\nTrials without a result"
    for failure in failures[:MOST_FAILURES]:
        trial = failure.trial
        yield f"  {trial.variant} seed {trial.seed}: {trial.status}: {trial.error or 'no reason given'}"
        yield from (f"    | {line}" for line in failure.first_lines)
        if failure.log:
            yield f"    log: {failure.log}"
    if len(failures) > MOST_FAILURES:
        yield f"  and {len(failures) - MOST_FAILURES} more"


def _file_lines(shown: ShownRun) -> Iterator[str]:
    folder = shown.address.removesuffix("index.html")
    there = {file.path for file in shown.run.manifest.files}
    named = [name for name in SHOWN_FILES if name in there]
    trials = sum(path.startswith("variants/") for path in there)
    more = [f"{trials} of trials in variants/"] if trials else []
    yield f"\nFiles: {folder}: {', '.join([*named, *more])}"
    yield f"Page: {shown.address}"


def _number(value: float) -> str:
    return format_number(value)


def _say(console: Console, line: str, *, style: str | None = None) -> None:
    console.print(line, style=style, markup=False, soft_wrap=True)
