"""The numbers of the page's tables as text, each with the value it is sorted by."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from ablation.analysis import Comparison, Effect, VariantSummary, decimals_for, effect_numbers, format_number
from ablation.records import TrialOutcome
from ablation.report.files.overfitting import mean_text
from ablation.report.study import FILE_ORDER, StudyReport, trial_path, where_log

# A model trained by chance a little slower is not slower.
LEAST_RATIO = 0.05
GAP_AREA = "area of the gap"


@dataclass(frozen=True)
class Cell:
    """A number: as it reads, and as it sorts; what has no number comes last."""

    text: str = ""
    value: float | None = None


@dataclass(frozen=True)
class VariantRow:
    """A variant in the table of effects."""

    summary: VariantSummary
    verdict: str
    numbers: tuple[Cell, ...]


@dataclass(frozen=True)
class OtherRow:
    """A variant in the table of the other metrics: by metric its verdict and numbers."""

    variant: str
    cells: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True)
class OverfittingRow:
    """When a variant overfits, and how much: the medians of its seeds."""

    variant: str
    numbers: tuple[Cell, ...]


@dataclass(frozen=True)
class TrialRow:
    """A trial in the table of trials."""

    outcome: TrialOutcome
    links: dict[str, str]
    log: str


def variant_columns(report: StudyReport) -> list[str]:
    """Return the headers of the numbers of a variant; those that no variant has are left out."""
    return [name for name, cells in _variant_cells(report).items() if any(cell.text for cell in cells.values())]


def variant_rows(report: StudyReport) -> list[VariantRow]:
    """Return the baseline's row, then the others from the best to the worst."""
    comparison = report.comparison
    summaries = {summary.variant: summary for summary in comparison.summaries}
    effects = {effect.variant: effect for effect in comparison.ranked_effects()}
    order = [name for name in summaries if name not in effects] + list(effects)
    cells, columns = _variant_cells(report), variant_columns(report)
    return [
        VariantRow(
            summaries[name],
            effects[name].verdict if name in effects else "baseline",
            tuple(cells[column][name] for column in columns),
        )
        for name in order
    ]


def _variant_cells(report: StudyReport) -> dict[str, dict[str, Cell]]:
    """Return the cells of the table of effects by column, then variant."""
    comparison = report.comparison
    effects = {effect.variant: effect for effect in comparison.effects}
    summaries = {summary.variant: summary for summary in comparison.summaries}
    interval = f"{100 * comparison.confidence:.0f} % interval"

    def of_effects(cell_of: dict[str, Cell]) -> dict[str, Cell]:
        return {name: cell_of.get(name, Cell()) for name in summaries}

    def of_summaries(field: str, *, is_exact: bool = False) -> dict[str, Cell]:
        return {name: _summary_cell(summary, field, is_exact=is_exact) for name, summary in summaries.items()}

    return {
        "difference": of_effects({name: _difference(effect, comparison) for name, effect in effects.items()}),
        interval: of_effects({name: _interval(effect, comparison) for name, effect in effects.items()}),
        "p (Holm)": of_effects({name: _p_value(effect.p_adjusted) for name, effect in effects.items()}),
        "mean": of_summaries("mean"),
        "sd": of_summaries("sd"),
        "IQM": of_summaries("iqm"),
        "seeds": of_summaries("finished", is_exact=True),
        "no result": {
            name: Cell(f"{summary.failed}", summary.failed) if summary.failed else Cell()
            for name, summary in summaries.items()
        },
        "time": of_effects({name: _time(effect) for name, effect in effects.items()}),
        "parameters": of_summaries("parameters", is_exact=True),
    }


def _summary_cell(summary: VariantSummary, field: str, *, is_exact: bool) -> Cell:
    value = getattr(summary, field)
    if value is None:
        return Cell()
    if is_exact:
        return Cell(f"{value:,}", float(value))
    return Cell(format_number(value, decimals_for(summary.sd) if summary.sd else None), value)


def _difference(effect: Effect, comparison: Comparison) -> Cell:
    return Cell(effect_numbers(effect, comparison)[0], effect.difference)


def _interval(effect: Effect, comparison: Comparison) -> Cell:
    _, low, high = effect_numbers(effect, comparison)
    return Cell(f"{low} to {high}", effect.low) if low else Cell()


def _p_value(value: float | None) -> Cell:
    if value is None:
        return Cell()
    return Cell("< 0.001" if value < 0.001 else f"{value:.3f}" if value < 0.1 else f"{value:.2f}", value)


def _time(effect: Effect) -> Cell:
    ratio = effect.cost.time_ratio if effect.cost else None
    if ratio is None or not math.isfinite(ratio):
        return Cell()
    return Cell("as long" if abs(ratio - 1) < LEAST_RATIO else f"x {ratio:.2g}", ratio)


def other_rows(report: StudyReport) -> list[OtherRow]:
    """Return what each variant does to every other metric, in the order of the spec."""
    names = [name for name in report.variants if name != report.baseline]
    found = {
        metric: {effect.variant: effect for effect in comparison.effects}
        for metric, comparison in report.others.items()
    }
    return [
        OtherRow(
            name, tuple(_other_cell(effects.get(name), report.others[metric]) for metric, effects in found.items())
        )
        for name in names
    ]


def _other_cell(effect: Effect | None, comparison: Comparison) -> tuple[str, Cell]:
    if effect is None or effect.difference is None:
        return "", Cell()
    difference, low, high = effect_numbers(effect, comparison)
    return effect.verdict, Cell(f"{difference} ({low} to {high})" if low else difference, effect.difference)


def overfitting_rows(report: StudyReport) -> list[OverfittingRow]:
    """Return when and how much each variant overfits, in the order of the spec."""
    rows = []
    for variant in report.variants:
        found = list(report.overfitting.get(variant, {}).values())
        trained = [_mean([one.trained_gap for one in found])] if has_trained_gaps(report) else []
        turns = [one.turning_epoch for one in found if one.turning_epoch is not None]
        if found:
            share = Cell(f"{len(turns)} of {len(found)}", len(turns) / len(found))
            numbers = (
                _median_epoch([one.best_epoch for one in found]),
                share,
                _median_epoch(turns),
                _mean([one.best_gap for one in found]),
                _mean([one.last_gap for one in found]),
                _mean([one.area for one in found]),
                *trained,
            )
            rows.append(OverfittingRow(variant, numbers))
    return rows


def overfitting_columns(report: StudyReport) -> list[str]:
    """Return the headers of the numbers of `overfitting_rows`; where gaps are of two kinds each says which it is."""
    kinds = {one.is_clean for by_seed in report.overfitting.values() for one in by_seed.values()}
    by_epoch, trained = ("", "") if kinds == {True} else (", dropout on", ", dropout off")
    if len(kinds) == 2:
        by_epoch = ", dropout on or off"
    return [
        "best epoch",
        "seeds that overfit",
        "from epoch",
        f"gap at the best epoch{by_epoch}",
        f"gap at the last epoch{by_epoch}",
        f"{GAP_AREA}{by_epoch}",
        *([f"gap of the trained model{trained}"] if has_trained_gaps(report) else []),
    ]


def has_trained_gaps(report: StudyReport) -> bool:
    """Whether the gap of any trained model is known."""
    found = (one.trained_gap for by_seed in report.overfitting.values() for one in by_seed.values())
    return any(gap is not None for gap in found)


def _median_epoch(epochs: Sequence[int | None]) -> Cell:
    known = [epoch for epoch in epochs if epoch is not None]
    return Cell(f"{median(known):g}", float(median(known))) if known else Cell()


def _mean(values: Sequence[float | None]) -> Cell:
    known = [value for value in values if value is not None]
    return Cell(mean_text(known), fmean(known)) if known else Cell()


def trial_row(trial: TrialOutcome) -> TrialRow:
    """Return a trial with its files in the order in which they are wanted."""
    names = sorted(
        trial.files, key=lambda name: (FILE_ORDER.index(name) if name in FILE_ORDER else len(FILE_ORDER), name)
    )
    return TrialRow(trial, {name: trial_path(trial, name) for name in names}, where_log(trial))
