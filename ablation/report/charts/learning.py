"""Training against validation, and the gap between them: a panel a variant, all with the same axes."""

from __future__ import annotations

from ablation.history import CLEAN_PREFIX, VALIDATION_PREFIX
from ablation.report import theme
from ablation.report.charts.epochs import (
    MEAN_KEY,
    MOST_PANELS,
    MOST_PANELS_WITH_SEEDS,
    PANEL_COLUMNS,
    PANEL_HEIGHT,
    PANEL_TICKS,
    PANEL_WIDTH,
    SEED_KEY,
    framed,
    most_telling,
)
from ablation.report.charts.series import finished_trials, mean_curves, mean_of, seed_curves, study_domain
from ablation.report.drawing.domain import Curve, Domain, axis_domain, values_of
from ablation.report.drawing.line_plot import Line, LinePlot
from ablation.report.drawing.picture import Key, Panel, Picture
from ablation.report.drawing.ticks import epoch_ticks
from ablation.report.study import StudyReport

DASH = "4 3"
CLEAN_WORDS = "with dropout off"
AS_TRAINED_WORDS = "as measured during training, dropout on"
MIXED_WORDS = "with dropout off where that was measured, else during training, dropout on"


def picture_learning(report: StudyReport, metric: str) -> Picture:
    """Draw a metric on the training and on the validation data, every seed thin, the mean bold."""
    training = training_column(report, metric)
    columns = {training: DASH, f"{VALIDATION_PREFIX}{metric}": ""}
    domain = study_domain(report, list(columns))
    curves = {column: (seed_curves(report, column), mean_curves(report, column)) for column in columns}
    shown = most_telling(
        report, [name for name in report.variants if any(seeds[name] for seeds, _ in curves.values())], MOST_PANELS
    )
    colours = theme.colours_of(report.variants, report.baseline)
    panels = []
    for name in shown:
        lines: list[Line] = []
        for column, dash in columns.items():
            seeds = list(curves[column][0][name].values()) if len(shown) <= MOST_PANELS_WITH_SEEDS else []
            lines += _lines(seeds, curves[column][1][name], domain, colours[name], dash)
        panels.append(_panel(name, lines, domain, report))
    words = f"training, dropout {'off' if training != metric else 'on'}"
    keys = (Key("validation", theme.MUTED), Key(words, theme.MUTED, "dash"), SEED_KEY)
    kind = CLEAN_WORDS if training != metric else AS_TRAINED_WORDS
    notes = (f"training {metric} {kind}", *domain.notes)
    return Picture(f"{metric}: training against validation", tuple(panels), PANEL_COLUMNS, notes, keys)


def training_column(report: StudyReport, metric: str) -> str:
    """Return the column of the training data: with dropout off where every trial measured that."""
    histories = [history for by_seed in report.histories.values() for history in by_seed.values()]
    clean = f"{CLEAN_PREFIX}{metric}"
    return clean if histories and all(clean in history.columns for history in histories) else metric


def gap_words(report: StudyReport) -> str:
    """Return how the training losses of the gaps by epoch were measured."""
    kinds = {found.is_clean for by_seed in report.overfitting.values() for found in by_seed.values()}
    if len(kinds) == 2:
        return MIXED_WORDS
    return CLEAN_WORDS if True in kinds else AS_TRAINED_WORDS


def gap_curves(report: StudyReport) -> dict[str, dict[int, Curve]]:
    """Return the generalisation gap of every trial that has one, by variant and seed."""
    return {
        variant: {
            seed: list(zip(found.epochs, found.gaps, strict=True))
            for seed, found in report.overfitting.get(variant, {}).items()
            if any(gap is not None for gap in found.gaps)
        }
        for variant in report.variants
    }


def picture_gaps(report: StudyReport) -> Picture:
    """Draw the generalisation gap over the epochs beside the baseline's."""
    curves = gap_curves(report)
    finished = finished_trials(report)
    means = {
        name: mean_of([curve for seed, curve in seeds.items() if (name, seed) in finished])
        for name, seeds in curves.items()
    }
    every = [curve for seeds in curves.values() for curve in seeds.values()]
    domain = axis_domain([0.0, *values_of(every)])
    shown = most_telling(report, [name for name in report.variants if curves[name]], MOST_PANELS)
    colours = theme.colours_of(report.variants, report.baseline)
    baseline = means.get(report.baseline, [])
    zero = Line(theme.MUTED, [(min(_epochs(report)), 0.0), (max(_epochs(report)), 0.0)], theme.THIN, is_landmark=True)
    panels = []
    for name in shown:
        lead = [Line(theme.BASELINE, domain.cut(baseline))] if name != report.baseline else []
        seeds = list(curves[name].values()) if len(shown) <= MOST_PANELS_WITH_SEEDS else []
        own = _lines(seeds, means[name], domain, colours[name], "")
        panels.append(_panel(name, [zero, *lead, *own], domain, report))
    keys = (Key(f"mean of {report.baseline}", theme.BASELINE), MEAN_KEY, SEED_KEY)
    title = "Gap over epochs: validation loss - training loss"
    notes = (f"training loss {gap_words(report)}; without penalty", *domain.notes)
    return Picture(title, tuple(panels), PANEL_COLUMNS, notes, keys)


def _lines(seeds: list[Curve], mean: Curve, domain: Domain, colour: str, dash: str) -> list[Line]:
    thin = [Line(colour, domain.cut(curve), theme.THIN, theme.FAINT, dash) for curve in seeds]
    return [*thin, Line(colour, domain.cut(mean), theme.BOLD, dash=dash)]


def _panel(name: str, lines: list[Line], domain: Domain, report: StudyReport) -> Panel:
    epochs = _epochs(report)
    plot = LinePlot(
        name="",
        lines=lines,
        domain=domain,
        ticks=epoch_ticks(epochs, PANEL_TICKS),
        epochs=(min(epochs), max(epochs)),
        note="",
        has_points=len(epochs) < theme.FEW_EPOCHS,
        width=PANEL_WIDTH,
        height=PANEL_HEIGHT,
    )
    return framed(plot, name)


def _epochs(report: StudyReport) -> set[int]:
    histories = [history for by_seed in report.histories.values() for history in by_seed.values()]
    trained = {epoch for history in histories for epoch in history.epochs()}
    gaps = {epoch for seeds in report.overfitting.values() for found in seeds.values() for epoch in found.epochs}
    return trained or gaps or {1}
