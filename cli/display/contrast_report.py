"""Two runs side by side, as the terminal shows them."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ablation.analysis import effect_numbers, format_number
from ablation.inspection import RunContrast, VariantContrast
from cli.display.tables import output_console
from cli.display.units import counted

FIRST, SECOND = "A", "B"
_HEADINGS = (f"{FIRST} mean", f"{SECOND} mean", f"{SECOND} - {FIRST} (95% interval)", "seeds", "verdict")


def print_contrast(contrast: RunContrast) -> None:
    """Print which runs these are, what they have otherwise, and what each variant gave in both."""
    console = output_console()
    for name, run in zip((FIRST, SECOND), contrast.runs, strict=True):
        _say(console, f"{name}  {run.study} {run.run_id}  {run.finished_at:%Y-%m-%d %H:%M} UTC · {run.status}")
        _say(console, f"   {run.headline}")
    for line in _origin_lines(contrast):
        _say(console, line)
    for note in contrast.notes:
        _say(console, f"[!] {note}")
    if contrast.notes:
        _say(console, "")
    _print_variants(console, contrast)


def _origin_lines(contrast: RunContrast) -> Iterator[str]:
    is_known = not any("did not note what it comes from" in note for note in contrast.notes)
    if contrast.origins or contrast.changes:
        yield f"\nWhat {SECOND} has otherwise"
    elif is_known:
        yield "\nSpec, seeds, data, code and versions are the same."
    yield from (f"  {change}" for change in contrast.origins)
    for variant, changes in contrast.changes.items():
        yield from (f"  {variant}: {change}" for change in changes)
    for name, variants in zip((FIRST, SECOND), contrast.only, strict=True):
        if variants:
            yield f"  only in {name}: {', '.join(variants)}"
    yield ""


def _print_variants(console: Console, contrast: RunContrast) -> None:
    """Print the table, or a line a variant where the terminal is too narrow for it."""
    if not contrast.variants:
        _say(console, "The runs have no variant in common.")
        return
    title = _title(contrast)
    table = Table(title=Text(title), title_justify="left", show_edge=False)
    for heading in ("variant", *_HEADINGS):
        table.add_column(heading, no_wrap=True)
    for each in contrast.variants:
        table.add_row(Text(each.variant), *(Text(cell) for cell in _cells(each)))
    if console.measure(table, options=console.options.update(max_width=10_000)).maximum <= console.width:
        console.print(table)
        return
    _say(console, title)
    for each in contrast.variants:
        cells = zip(_HEADINGS, _cells(each), strict=True)
        _say(console, f"{each.variant}: {', '.join(f'{heading} {cell}' for heading, cell in cells if cell)}")


def _title(contrast: RunContrast) -> str:
    if contrast.metric is None:
        return "no metric in common"
    return f"{contrast.metric} ({'lower' if contrast.direction == 'min' else 'higher'} is better)"


def _cells(contrast: VariantContrast) -> tuple[str, ...]:
    means = ("" if mean is None else format_number(mean) for mean in contrast.means)
    return *means, _difference(contrast), _seeds(contrast), _verdicts(contrast)


def _difference(contrast: VariantContrast) -> str:
    if contrast.comparison is None:
        return "the same trials" if contrast.shared else "no seed in common"
    numbers = effect_numbers(contrast.comparison.effects[0], contrast.comparison)
    difference, low, high = (f"+{text}" if text and not text.startswith("-") else text for text in numbers)
    return f"{difference} ({low} to {high})" if low else difference


def _seeds(contrast: VariantContrast) -> str:
    parts = [counted(contrast.pairs, "pair")] if contrast.pairs else []
    return ", ".join([*parts, *([f"{contrast.shared} shared"] if contrast.shared else [])])


def _verdicts(contrast: VariantContrast) -> str:
    if contrast.verdicts == (None, None):
        return ""
    before, after = (verdict or "unknown" for verdict in contrast.verdicts)
    return before if before == after else f"{before} -> {after}"


def _say(console: Console, line: str) -> None:
    console.print(line, markup=False, soft_wrap=True)
