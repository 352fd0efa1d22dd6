"""One metric over the epochs, every variant: all in one plot, or a panel each where they are many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ablation.report import theme
from ablation.report.charts.series import mean_curves, seed_curves, study_domain, turning_points
from ablation.report.drawing.domain import Curve, Domain
from ablation.report.drawing.line_plot import Line, LinePlot
from ablation.report.drawing.picture import Key, Panel, Picture
from ablation.report.drawing.svg import dot, group, rule, shorten, text
from ablation.report.drawing.ticks import epoch_ticks
from ablation.report.study import StudyReport

# More curves than this in one plot cannot be told apart.
MOST_OVERLAID = 8
# More panels than this nobody reads; the scripts of the page and the CSV have every variant.
MOST_PANELS = 24
# Beyond this many panels the single seeds are only ink.
MOST_PANELS_WITH_SEEDS = 12
PANEL_COLUMNS = 4
PANEL_WIDTH, PANEL_HEIGHT = 196, 120
OVERLAY_TICKS, PANEL_TICKS = 16, 6
LABEL_STEP_PX = 16
LABEL_WIDTH = 190
# Around the inner area of a plot.
LEFT, TOP, FOOT = 60, 22, 44
SEED_KEY, MEAN_KEY = Key("one seed", theme.MUTED, "thin"), Key("mean of the finished seeds", theme.MUTED)


@dataclass(frozen=True)
class EpochPlot:
    """What one chart over the epochs shows."""

    report: StudyReport
    column: str
    shown: list[str]
    seeds: dict[str, dict[int, Curve]]
    means: dict[str, Curve]
    domain: Domain

    def epochs(self) -> set[int]:
        """Return every epoch that any seed reached."""
        return {epoch for by_seed in self.seeds.values() for curve in by_seed.values() for epoch, _ in curve}


def picture_epochs(report: StudyReport, column: str) -> Picture:
    """Draw a column of the histories over the epochs: every seed thin, the mean bold, its best epoch a dot."""
    seeds = seed_curves(report, column)
    plot = EpochPlot(
        report=report,
        column=column,
        shown=[variant for variant in report.variants if seeds[variant]],
        seeds=seeds,
        means=mean_curves(report, column),
        domain=study_domain(report, [column]),
    )
    return _panels(plot) if len(plot.shown) > MOST_OVERLAID else _overlay(plot)


def most_telling(report: StudyReport, shown: Sequence[str], most: int) -> list[str]:
    """Return the variants to draw where there is no room for all: those that differ most, in the order of the spec."""
    sizes = {effect.variant: abs(effect.difference or 0.0) for effect in report.comparison.effects}
    first = sorted(shown, key=lambda name: (name != report.baseline, -sizes.get(name, 0.0)))[:most]
    return [name for name in shown if name in first]


def plot_lines(plot: EpochPlot, variant: str, *, has_seeds: bool = True) -> list[Line]:
    """Return the curves of a variant: the seeds, then their mean."""
    colour = theme.colours_of(plot.report.variants, plot.report.baseline)[variant]
    dash = theme.dashes_of(plot.report.variants, plot.report.baseline)[variant]
    width = theme.widths_of(plot.report.variants, plot.report.baseline)[variant]
    curves = plot.seeds[variant].values() if has_seeds else ()
    thin = [Line(colour, plot.domain.cut(curve), theme.THIN, theme.FAINT) for curve in curves]
    return [*thin, Line(colour, plot.domain.cut(plot.means[variant]), width, dash=dash)]


def end_labels(plot: EpochPlot, height: float) -> list[tuple[str, float]]:
    """Return each variant and where its name stands, in pixels from the top, pushed apart where ends lie close."""
    span = plot.domain.high - plot.domain.low
    ends = {variant: _last(plot.means[variant]) for variant in plot.shown}
    places = {
        variant: min(max((plot.domain.high - end) / span * height, 0.0), height)
        for variant, end in ends.items()
        if end is not None
    }
    names = sorted(places, key=lambda name: places[name])
    free = spread_apart([places[name] for name in names], LABEL_STEP_PX, height)
    return list(zip(names, free, strict=True))


def spread_apart(places: Sequence[float], step: float, height: float) -> list[float]:
    """Move sorted places apart to at least a step, keeping them above the lower end where there is room."""
    spread: list[float] = []
    for place in places:
        spread.append(max(place, spread[-1] + step) if spread else place)
    limit = height
    for index in range(len(spread) - 1, -1, -1):
        spread[index] = min(spread[index], limit)
        limit = spread[index] - step
    return spread


def _overlay(plot: EpochPlot) -> Picture:
    width, height = float(theme.PLOT_WIDTH), float(theme.PLOT_HEIGHT)
    order = sorted(plot.shown, key=lambda name: name == plot.report.baseline)
    lines = [line for variant in order for line in plot_lines(plot, variant)]
    drawn = _line_plot(plot, lines, (width, height), OVERLAY_TICKS, plot.column)
    marks = group(_turning(plot, drawn) + _names(plot, width, height), LEFT, TOP)
    panel = Panel(drawn.svg(LEFT, TOP) + marks, LEFT + width + LABEL_WIDTH, TOP + height + FOOT)
    keys = (MEAN_KEY, SEED_KEY, Key("its best epoch", theme.MUTED, "dot"))
    return Picture(f"{plot.column} over epochs", (panel,), notes=tuple(plot.domain.notes), keys=keys)


def _turning(plot: EpochPlot, drawn: LinePlot) -> str:
    colours = theme.colours_of(plot.report.variants, plot.report.baseline)
    found = turning_points(plot.report, plot.column)
    return "".join(
        dot((drawn.x(epoch), drawn.y(value)), 5, colours[variant])
        for variant, (epoch, value) in found.items()
        if variant in plot.shown and plot.domain.holds(value)
    )


def _names(plot: EpochPlot, width: float, height: float) -> str:
    colours = theme.colours_of(plot.report.variants, plot.report.baseline)
    dashes = theme.dashes_of(plot.report.variants, plot.report.baseline)
    return "".join(
        rule((width + 8, y), (width + 26, y), colours[name], theme.BOLD, style=_dash(dashes[name]))
        + text(shorten(name, LABEL_WIDTH - 34, 13), width + 32, round(y + 4.5, 1), 13)
        for name, y in end_labels(plot, height)
    )


def _dash(dash: str) -> str:
    return f'stroke-dasharray="{dash}"' if dash else ""


def _panels(plot: EpochPlot) -> Picture:
    baseline = plot.report.baseline
    shown = [name for name in most_telling(plot.report, plot.shown, MOST_PANELS + 1) if name != baseline]
    others = [name for name in plot.shown if name != baseline]
    lead = [Line(theme.BASELINE, plot.domain.cut(plot.means[baseline]))] if baseline in plot.shown else []
    has_seeds = len(shown) <= MOST_PANELS_WITH_SEEDS
    panels = tuple(_panel(plot, name, [*lead, *plot_lines(plot, name, has_seeds=has_seeds)]) for name in shown)
    left_out = [f"the {len(shown)} of {len(others)} variants that differ most"] if len(shown) < len(others) else []
    keys = (Key(f"mean of {baseline}", theme.BASELINE), MEAN_KEY, *([SEED_KEY] if has_seeds else []))
    return Picture(f"{plot.column} over epochs", panels, PANEL_COLUMNS, tuple([*left_out, *plot.domain.notes]), keys)


def _panel(plot: EpochPlot, name: str, lines: list[Line]) -> Panel:
    drawn = _line_plot(plot, lines, (PANEL_WIDTH, PANEL_HEIGHT), PANEL_TICKS, "")
    return framed(drawn, name)


def framed(drawn: LinePlot, name: str) -> Panel:
    """Return a small plot with its name above it."""
    heading = text(shorten(name, drawn.width + 10, 13), 0, 13, 13, style='font-weight="600"')
    return Panel(heading + drawn.svg(44, TOP + 4), 44 + drawn.width + 8, TOP + 4 + drawn.height + FOOT, name)


def _line_plot(plot: EpochPlot, lines: list[Line], size: tuple[float, float], most_ticks: int, name: str) -> LinePlot:
    epochs = plot.epochs() or {1}
    return LinePlot(
        name=name,
        lines=lines,
        domain=plot.domain,
        ticks=epoch_ticks(epochs, most_ticks),
        epochs=(min(epochs), max(epochs)),
        note="",
        has_points=len(epochs) < theme.FEW_EPOCHS,
        width=size[0],
        height=size[1],
    )


def _last(curve: Curve) -> float | None:
    return next((value for _, value in reversed(curve) if value is not None), None)
