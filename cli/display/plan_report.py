"""A plan as a person reads it."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ablation.pipeline import ON_TEST_DATA, StudyEstimate, VariantEstimate, audit_study
from ablation.spec import SequentialSeeds, Study
from cli.display.plan_differences import miss_lines, values
from cli.display.tables import output_console
from cli.display.units import counted, duration, size

_MARKS = {"changed": ("~", "yellow"), "added": ("+", "green"), "removed": ("-", "red")}


def print_plan(study: Study, estimate: StudyEstimate) -> None:
    """Print the variants with what they take, what each of them changes, and the totals."""
    console = output_console()
    seeds = counted(len(study.seeds), "seed")
    title = f"{study.name}: {counted(len(study.variants), 'variant')} x {seeds} = {counted(estimate.trials, 'trial')}"
    _say(console, title, style="bold")
    if study.spec.question:
        _say(console, study.spec.question)
    if isinstance(study.spec.seeds, SequentialSeeds):
        _say(console, _more_seeds(study, study.spec.seeds))
    _print_factors(console, study)
    console.print()
    _print_variants(console, estimate)
    for variant in estimate.variants:
        _print_changes(console, variant)
    for line in miss_lines(estimate.misses):
        _say(console, line)
    console.print()
    for line in [*_unfairness(study), *_totals(estimate)]:
        _say(console, line)


def _more_seeds(study: Study, seeds: SequentialSeeds) -> str:
    return (
        f"Seeds are added to a comparison until its {study.spec.compare.metric} interval is at most "
        f"{seeds.until.ci_width:g} wide: up to {seeds.max} a variant, {study.most_trials:,} trials in all."
    )


def _print_factors(console: Console, study: Study) -> None:
    if study.spec.factors is None or study.spec.design is None:
        return
    _say(console, f"\nFactors, in the design {study.spec.design.kind}:")
    for name, factor in study.spec.factors.items():
        levels = ", ".join(getattr(factor, "levels", {"off": None, "on": None}))
        about = f"  ({factor.description})" if factor.description else ""
        _say(console, f"  {name}: {levels}{about}")


def _print_variants(console: Console, estimate: StudyEstimate) -> None:
    """Print the table, or a line a variant where the terminal is too narrow for it."""
    table = _table(estimate)
    if console.measure(table, options=console.options.update(max_width=10_000)).maximum <= console.width:
        console.print(table)
        return
    headings = [str(column.header) for column in table.columns[1:]]
    for each in estimate.variants:
        cells = ", ".join(f"{heading} {cell}" for heading, cell in zip(headings, _cells(each), strict=True))
        _say(console, f"{each.variant}: {cells}")


def _cells(variant: VariantEstimate) -> list[str]:
    parameters = "?" if variant.parameters is None else f"{variant.parameters:,}"
    finished = f"{variant.finished} of {len(variant.seeds)}"
    time = "?" if variant.train_s is None else duration(variant.train_s)
    return [parameters, finished, time, size(variant.storage_bytes)]


def _table(estimate: StudyEstimate) -> Table:
    table = Table(show_edge=False, box=None, padding=(0, 2, 0, 0))
    table.add_column("variant", no_wrap=True)
    for heading in ("parameters", "finished", "a trial", "storage"):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in estimate.variants:
        table.add_row(Text(each.variant), *_cells(each))
    return table


def _print_changes(console: Console, variant: VariantEstimate) -> None:
    if variant.is_baseline:
        _say(console, f"\n{variant.variant} is the baseline.", style="bold")
        return
    _say(console, f"\n{variant.variant} changes", style="bold")
    for difference in variant.differences:
        mark, colour = _MARKS[difference.change]
        _say(console, f"  {mark} {difference.path}: {values(difference)}", style=colour)
    if not variant.differences:
        _say(console, "  nothing: it is equal to the baseline, trained once")


def _totals(estimate: StudyEstimate) -> list[str]:
    if not estimate.to_train:
        return ["Every trial is finished: a run only compares and publishes."]
    lines = [f"To train: {estimate.to_train} of {counted(estimate.trials, 'trial')}."]
    for shared in estimate.shared:
        lines.append(f"Frozen layers run once before: {', '.join(shared.layers)}, for {', '.join(shared.variants)}.")
    if estimate.wall_s is not None:
        workers = counted(estimate.workers, "worker")
        lines.append(f"Time: about {duration(estimate.wall_s)} with {workers}, beside some 15 s to start.")
    bases: dict[str, list[str]] = {}
    for variant in estimate.variants:
        if variant.finished < len(variant.seeds):
            bases.setdefault(variant.basis, []).append(variant.variant)
    for basis, names in bases.items():
        is_known = not basis.startswith("unknown")
        lines.append(f"  from {basis}: {', '.join(names)}" if is_known else f"Time: {basis}.")
    if estimate.other_threads:
        lines.append(_threads(estimate))
    return [*lines, f"Storage: about {size(estimate.storage_bytes)}."]


def _unfairness(study: Study) -> list[str]:
    """Say why the comparison will not be fair; of the test part the warnings of the spec speak already, with lines."""
    return [f"[!] {each.kind}: {each.sentence}." for each in audit_study(study) if each.kind != ON_TEST_DATA]


def _threads(estimate: StudyEstimate) -> str:
    others = " or ".join(map(str, estimate.other_threads))
    return (
        f"Threads: {estimate.threads} a trial, finished ones had {others}. They are no part of a trial's identity, "
        f"but sums differ by rounding. The same for all: --set runtime.threads={estimate.other_threads[0]}."
    )


def _say(console: Console, line: str, *, style: str | None = None) -> None:
    console.print(line, style=style, markup=False, soft_wrap=True)
