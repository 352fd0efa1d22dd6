"""Tables in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ablation.analysis import Comparison, Effect, VariantSummary, decimals_for, effect_numbers, format_number

if TYPE_CHECKING:
    from ablation.pipeline import RunResult

MOST_DECIMALS = 6
PIPE_WIDTH = 160
_COLOURS = {
    "helps": "green",
    "hurts": "red",
    "equivalent": "cyan",
    "diverged": "red",
    "inconclusive": "yellow",
    "no data": "dim",
}


def output_console() -> Console:
    """Return the console for stdout: as wide as the terminal, and wide enough for a table when there is none."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=PIPE_WIDTH)


def print_result(result: RunResult) -> None:
    """Print the variants, the answer, what failed and where the page is."""
    console = output_console()
    print_comparison(console, result.comparison)
    for line in result.answers:
        console.print(line, markup=False, soft_wrap=True)
    for trial in result.trials:
        if not trial.is_finished:
            log = f"{result.address.removesuffix('index.html')}variants/{trial.variant}/seed-{trial.seed}/log.txt"
            where = f" Log: {log}" if "log.txt" in trial.files else ""
            line = f"{trial.variant} seed {trial.seed}: {trial.status}: {trial.error}.{where}"
            console.print(line, style="red", markup=False, soft_wrap=True)
    counts = ", ".join(f"{count} {status}" for status, count in _counts(result).items())
    console.print(f"\n{result.study} {result.run_id}: {counts} in {result.wall_s:.0f} s", markup=False)
    console.print(f"Page: {result.address}", markup=False, soft_wrap=True)


def print_comparison(console: Console, comparison: Comparison) -> None:
    """Print the table, or a line a variant where the terminal is too narrow for it: no name or number is ever cut."""
    table = comparison_table(comparison)
    unconstrained = console.options.update(max_width=10_000)
    if console.measure(table, options=unconstrained).maximum <= console.width:
        console.print(table)
        return
    effects = {effect.variant: effect for effect in comparison.effects}
    console.print(f"{table.title}", markup=False)
    for summary in comparison.summaries:
        cells = [str(cell) for cell in _row(summary, effects.get(summary.variant), comparison)]
        line = f"{cells[0]}: mean {cells[1]}, sd {cells[2]}, seeds {cells[3]}, {' '.join(cells[4:]).strip()}"
        console.print(line, markup=False)


def comparison_table(comparison: Comparison) -> Table:
    """Return one row per variant: mean, spread, difference to the baseline, verdict."""
    better = "lower" if comparison.direction == "min" else "higher"
    table = Table(title=f"{comparison.metric} ({better} is better)", title_justify="left", show_edge=False)
    table.add_column("variant", no_wrap=True)
    for heading in ("mean", "sd", "seeds"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column(f"difference ({comparison.confidence:.0%} interval)", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    effects = {effect.variant: effect for effect in comparison.effects}
    for summary in comparison.summaries:
        table.add_row(*_row(summary, effects.get(summary.variant), comparison))
    return table


def _row(summary: VariantSummary, effect: Effect | None, comparison: Comparison) -> list[str | Text]:
    decimals = _decimals((summary.sd or abs(summary.mean or 1.0)) / 3)
    mean = "" if summary.mean is None else format_number(summary.mean, decimals)
    sd = "" if summary.sd is None else format_number(summary.sd, decimals)
    seeds = f"{summary.finished}/{summary.finished + summary.failed}"
    row: list[str | Text] = [Text(summary.variant), mean, sd, seeds]
    if effect is None:
        return [*row, "", Text("baseline", style="dim")]
    return [*row, _difference(effect, comparison), Text(effect.verdict, style=_COLOURS[effect.verdict])]


def _difference(effect: Effect, comparison: Comparison) -> str:
    difference, low, high = (_signed(number) for number in effect_numbers(effect, comparison))
    return f"{difference} ({low} to {high})" if low else difference


def _signed(number: str) -> str:
    return number if not number or number.startswith("-") else f"+{number}"


def _decimals(uncertainty: float) -> int:
    return min(max(decimals_for(uncertainty), 0), MOST_DECIMALS)


def _counts(result: RunResult) -> dict[str, int]:
    statuses = [trial.status for trial in result.trials]
    return {status: statuses.count(status) for status in dict.fromkeys(statuses)}
