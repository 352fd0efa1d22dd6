"""Tables in the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ablation.analysis import Comparison, Effect, VariantSummary, decimals_for, format_number
from ablation.pipeline import RunResult

_COLOURS = {"helps": "green", "hurts": "red", "equivalent": "cyan", "inconclusive": "yellow", "no data": "dim"}


def print_result(result: RunResult) -> None:
    """Print the variants, the answer, what failed and where the page is."""
    console = Console(highlight=False)
    console.print(comparison_table(result.comparison))
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


def comparison_table(comparison: Comparison) -> Table:
    """Return one row per variant: mean, spread, difference to the baseline, verdict."""
    better = "lower" if comparison.direction == "min" else "higher"
    table = Table(title=f"{comparison.metric} ({better} is better)", title_justify="left")
    table.add_column("variant")
    for heading in ("mean", "sd", "seeds", "difference", f"{comparison.confidence:.0%} interval"):
        table.add_column(heading, justify="right")
    table.add_column("verdict")
    effects = {effect.variant: effect for effect in comparison.effects}
    for summary in comparison.summaries:
        table.add_row(*_row(summary, effects.get(summary.variant)))
    return table


def _row(summary: VariantSummary, effect: Effect | None) -> list[str | Text]:
    decimals = decimals_for(summary.sd if summary.sd else abs(summary.mean or 1.0))
    mean = "" if summary.mean is None else format_number(summary.mean, decimals)
    sd = "" if summary.sd is None else format_number(summary.sd, decimals)
    seeds = f"{summary.finished}/{summary.finished + summary.failed}"
    row: list[str | Text] = [Text(summary.variant), mean, sd, seeds]
    if effect is None:
        return [*row, "", "", Text("baseline", style="dim")]
    return [*row, *_effect_cells(effect, decimals), Text(effect.verdict, style=_COLOURS[effect.verdict])]


def _effect_cells(effect: Effect, decimals: int) -> list[str]:
    if effect.difference is None:
        return ["", ""]
    difference = f"{effect.difference:+.{decimals}f}"
    if effect.low is None or effect.high is None:
        return [difference, ""]
    return [difference, f"{effect.low:+.{decimals}f} to {effect.high:+.{decimals}f}"]


def _counts(result: RunResult) -> dict[str, int]:
    statuses = [trial.status for trial in result.trials]
    return {status: statuses.count(status) for status in dict.fromkeys(statuses)}
