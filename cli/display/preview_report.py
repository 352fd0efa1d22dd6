"""The data of a trial as a person reads it, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ablation.data.describing import Quantiles, SequenceFacts, ValueRange
from ablation.pipeline import DataPreview
from cli.display.tables import output_console

MOST_CLASSES = 40
NAMED_ABSENT = 10
ROUNDING = 1e-5


def preview_json(facts: DataPreview, path: Path) -> str:
    """Return the facts and where the picture is."""
    return json.dumps({**facts.model_dump(mode="json"), "output": str(path)}, indent=2)


def print_preview(facts: DataPreview, path: Path) -> None:
    """Print splits, class balance or targets, ranges of values, what the picture clips, and where it is."""
    console = output_console()
    _say(console, f"{facts.study}: variant {facts.variant}, seed {facts.seed}, dataset {facts.dataset}", "bold")
    _say(console, _samples(facts))
    if facts.classes:
        _print_classes(console, facts)
    for index, target in enumerate(facts.targets):
        _print_quantiles(console, "target" if len(facts.targets) == 1 else f"target {index}", target)
    if facts.sequences:
        _print_sequences(console, facts.sequences)
    _print_ranges(console, "As the dataset has it, training split", facts.stored)
    if _is_same(facts.stored, facts.normalized):
        _say(console, "The network reads the same values.")
    else:
        _print_ranges(console, "As the network reads it, training split", facts.normalized)
    if facts.augment:
        _say(console, f"\nAugmented, in training alone: {', '.join(facts.augment)}.")
    console.print()
    for note in facts.notes:
        _say(console, note)
    _say(console, f"Picture: {path}")


def _samples(facts: DataPreview) -> str:
    sizes = ", ".join(f"{name} {count:,}" for name, count in facts.samples.items())
    same = " (validation is the test part)" if facts.validation_is_test else ""
    stored, read = _shape(facts.sample_shape, facts.kind), _shape(facts.input_shape, facts.kind)
    becomes = "" if stored == read else f"; the network reads {read}"
    return f"{facts.kind}; samples: {sizes}{same}; a sample is {stored}{becomes}"


def _shape(shape: Sequence[int | None], kind: str) -> str:
    if not shape:
        return "a sequence of any length" if kind == "sequences" else "one number"
    if len(shape) == 1:
        return f"{shape[0]:,} numbers"
    return " x ".join("any" if size is None else str(size) for size in shape)


def _print_classes(console: Console, facts: DataPreview) -> None:
    table = _table("Class balance", "class", list(facts.samples))
    for each in facts.classes[:MOST_CLASSES]:
        table.add_row(Text(each.name), *(_count(each.counts[name], size) for name, size in facts.samples.items()))
    _print_table(console, table)
    if (more := len(facts.classes) - MOST_CLASSES) > 0:
        _say(console, f"and {more:,} more classes; --json has them all")
    for split, absent in facts.absent.items():
        if absent:
            named = ", ".join(absent[:NAMED_ABSENT]) + (", ..." if len(absent) > NAMED_ABSENT else "")
            _say(
                console,
                f"{split} has no sample of {len(absent):,} of {len(facts.classes):,} classes: {named}",
                "yellow",
            )
    if facts.changed_labels:
        share = facts.changed_labels / facts.samples["train"]
        _say(console, f"{facts.changed_labels:,} training labels ({share:.1%}) were replaced by another class.")


def _count(count: int, size: int) -> str:
    return f"{count:,} ({count / max(1, size) * 100:4.1f} %)"


def _print_quantiles(console: Console, title: str, by_split: dict[str, Quantiles]) -> None:
    table = _table(title.capitalize(), "split", [name.replace("_", " ") for name in Quantiles.model_fields])
    for split, found in by_split.items():
        table.add_row(split, *(_written(value) for value in found.model_dump().values()))
    _print_table(console, table)


def _print_sequences(console: Console, facts: SequenceFacts) -> None:
    _print_quantiles(console, "length", facts.lengths)
    for split, share in facts.kept_tokens.items():
        cut = "" if facts.cut_samples is None else f"; {facts.cut_samples[split]:.1%} of the samples are cut"
        _say(console, f"{split}: {share:.1%} of the integers are in the vocabulary{cut}")


def _print_ranges(console: Console, title: str, ranges: Sequence[ValueRange]) -> None:
    table = _table(title, "values", ["minimum", "maximum", "mean", "deviation", "zeros", "NaN or infinite"])
    for each in ranges:
        name, *cells = _cells(each)
        table.add_row(Text(name), *cells)
    _print_table(console, table)
    if wrong := sum(each.not_finite for each in ranges):
        _say(console, f"{wrong:,} values are NaN or infinite.", "yellow")


def _is_same(stored: Sequence[ValueRange], read: Sequence[ValueRange]) -> bool:
    """Whether nothing but the precision of the numbers has changed."""
    return [_cells(each) for each in stored] == [_cells(each) for each in read]


def _cells(of: ValueRange) -> list[str]:
    shown = [_number(number, of.deviation) for number in (of.minimum, of.maximum, of.mean, of.deviation)]
    return [of.name, *shown, f"{of.zeros * 100:.1f} %", f"{of.not_finite:,}"]


def _number(number: float | None, deviation: float | None) -> str:
    """Write a number; what is no more than rounding beside the deviation is 0."""
    if number is None:
        return "none"
    return "0" if abs(number) < ROUNDING * (deviation or 0) else _written(number)


def _written(number: float) -> str:
    return f"{number:,.0f}" if 1e4 <= abs(number) < 1e12 else f"{number:.4g}"


def _table(title: str, first: str, columns: Sequence[str]) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", show_edge=False, box=None, padding=(0, 2, 0, 0)
    )
    table.add_column(first, no_wrap=True)
    for heading in columns:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _print_table(console: Console, table: Table) -> None:
    """Print a table, or a line a row where the terminal is too narrow for it: no name or number is ever cut."""
    console.print()
    if console.measure(table, options=console.options.update(max_width=10_000)).maximum <= console.width:
        console.print(table)
        return
    _say(console, str(table.title), "bold")
    headings = [str(column.header) for column in table.columns[1:]]
    for first, *cells in zip(*(list(column.cells) for column in table.columns), strict=True):
        values = ", ".join(f"{heading} {str(cell).strip()}" for heading, cell in zip(headings, cells, strict=True))
        _say(console, f"{first}: {values}")


def _say(console: Console, line: str, style: str | None = None) -> None:
    console.print(line, style=style, markup=False, soft_wrap=True)
