"""The figures of a study: each a chart, its finding in words, and its numbers as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

from ablation.analysis import FactorAnalysis, format_number, verdict_lines
from ablation.history import LOSS, VALIDATION_PREFIX
from ablation.records import Confusion
from ablation.report.charts import factors, learning
from ablation.report.charts.assessments import calibration, confusion, mistakes
from ablation.report.charts.assessments.assessed import most_confused
from ablation.report.charts.effects import picture_effects
from ablation.report.charts.epochs import picture_epochs
from ablation.report.charts.series import csv_rows, final_gaps, turning_points
from ablation.report.drawing.picture import Picture
from ablation.report.drawing.rendering import Drawing, Row
from ablation.report.files.overfitting import mean_text
from ablation.report.files.tables import csv_bytes, effects_csv
from ablation.report.study import StudyReport

TRAJECTORY = ("variant", "seed", "epoch")
# A sentence that lists more than this is not read.
MOST_NAMED = 8
MOST_CONFUSED = 2


@dataclass(frozen=True)
class Figure:
    """One chart as files: <name>.svg, <name>.png and <name>.csv.

    The finding is its text alternative; the caption is what the page prints below it.
    """

    name: str
    finding: str
    caption: str
    picture: Picture
    csv: bytes

    def files(self) -> dict[str, bytes]:
        """Return the files by name."""
        drawing: Drawing = self.picture.drawing(f"{self.picture.title}. {self.finding}")
        return {f"{self.name}.svg": drawing.svg, f"{self.name}.png": drawing.png, f"{self.name}.csv": self.csv}


def leading_metric(report: StudyReport) -> str | None:
    """Return the metric whose curves explain the answer: the compared one where it has curves, else the loss."""
    paired = report.paired_metrics()
    compared = report.comparison.metric.removeprefix(VALIDATION_PREFIX)
    preferred = [name for name in (compared, "loss") if name in paired]
    return next(iter([*preferred, *paired]), None)


def study_figures(report: StudyReport) -> Iterator[Figure]:
    """Draw every figure that the study has data for, one after the other, as they are asked for."""
    if any(effect.pairs for effect in report.comparison.effects):
        yield _effects(report)
    if report.comparison.factors is not None:
        yield from _factors(report, report.comparison.factors)
    for metric in report.paired_metrics():
        yield _epochs(report, f"validation_{metric}", f"{VALIDATION_PREFIX}{metric}")
        yield _epochs(report, f"training_{metric}", metric)
    leading = leading_metric(report)
    if leading is not None:
        yield _learning(report, leading)
    if any(learning.gap_curves(report).values()):
        yield _gaps(report)
    yield from _assessed(report)


def _effects(report: StudyReport) -> Figure:
    finding = "; ".join(verdict_lines(report.comparison)) + "."
    # The answer above the chart and the table below it say the finding; a third time would be once too often.
    caption = f"Each difference is variant - {report.baseline}, paired by seed."
    return Figure("effects", finding, caption, picture_effects(report), effects_csv(report))


def _factors(report: StudyReport, found: FactorAnalysis) -> Iterator[Figure]:
    comparison = report.comparison
    if found.main:
        finding = _listed(
            [f"{each.factor} {each.level} {factors.main_effect_words(each, comparison)}" for each in found.main]
        )
        columns = ("factor", "level", "difference", "low", "high", "seeds", "verdict")
        rows: list[Row] = [each.model_dump(include=set(columns)) for each in found.main]
        caption = "Each level beside the baseline's, averaged over the levels of the other factors."
        picture = factors.picture_main_effects(comparison, found)
        yield Figure("main_effects", f"{finding}.", caption, picture, csv_bytes(rows, columns))
    if found.interactions:
        finding = _listed(
            [
                f"{' and '.join(each.factors)}, {factors.interaction_words(each, comparison)}"
                for each in found.interactions
            ]
        )
        picture = factors.picture_interactions(comparison, found)
        yield Figure("interactions", f"{finding}.", f"{finding}.", picture, _interactions_csv(found))
    if found.shares:
        order = sorted(found.shares.items(), key=lambda item: -item[1])
        finding = _listed([f"{name} {100 * share:.0f} %" for name, share in order])
        picture = factors.picture_shares(found.shares)
        numbers = csv_bytes([{"factor": name, "share": share} for name, share in order], ("factor", "share"))
        yield Figure("shares", f"{finding}.", "How much of the total effect each factor explains.", picture, numbers)


def _interactions_csv(found: FactorAnalysis) -> bytes:
    rows: list[Row] = [
        {
            "first": each.factors[0],
            "second": each.factors[1],
            "first_level": each.levels[0],
            "second_level": each.levels[1],
            "difference": each.difference,
            "low": each.low,
            "high": each.high,
            "seeds": each.seeds,
            **{
                f"{first}_{second}": value
                for first, row in zip(("off", "on"), each.cells, strict=False)
                for second, value in zip(("off", "on"), row, strict=False)
            },
        }
        for each in found.interactions
    ]
    cells = ("off_off", "off_on", "on_off", "on_on")
    return csv_bytes(
        rows, ("first", "second", "first_level", "second_level", "difference", "low", "high", "seeds", *cells)
    )


def _epochs(report: StudyReport, name: str, column: str) -> Figure:
    finding = _turning_sentence(report, column)
    numbers = csv_bytes(csv_rows(report, [column]), (*TRAJECTORY, column))
    return Figure(name, finding, finding, picture_epochs(report, column), numbers)


def _learning(report: StudyReport, metric: str) -> Figure:
    finding = _gap_sentence(report, metric)
    columns = list(dict.fromkeys([metric, learning.training_column(report, metric), f"{VALIDATION_PREFIX}{metric}"]))
    numbers = csv_bytes(csv_rows(report, columns), (*TRAJECTORY, *columns))
    # The chart of gaps says the same of the loss.
    is_told = metric == LOSS and any(learning.gap_curves(report).values())
    caption = "The distance of the two lines is the gap." if is_told else finding
    return Figure("learning_curves", finding, caption, learning.picture_learning(report, metric), numbers)


def _gaps(report: StudyReport) -> Figure:
    curves = learning.gap_curves(report)
    rows: list[Row] = [
        {"variant": variant, "seed": seed, "epoch": epoch, "gap": gap}
        for variant, seeds in curves.items()
        for seed, curve in seeds.items()
        for epoch, gap in curve
    ]
    lasts = {
        variant: [found.last_gap for found in seeds.values() if found.last_gap is not None]
        for variant, seeds in report.overfitting.items()
    }
    finding = _listed([f"{variant} {mean_text(gaps)}" for variant, gaps in lasts.items() if gaps])
    finding = f"Mean gap at the last epoch, training loss {learning.gap_words(report)}: {finding}."
    return Figure("gap", finding, finding, learning.picture_gaps(report), csv_bytes(rows, (*TRAJECTORY, "gap")))


def _assessed(report: StudyReport) -> Iterator[Figure]:
    confusions = confusion.confusions(report)
    if confusions:
        finding = " ".join(_confusion_sentence(name, each) for name, each in list(confusions.items())[:MOST_CONFUSED])
        numbers = csv_bytes(confusion.confusion_rows(confusions), ("variant", "truth", "predicted", "samples"))
        yield Figure("confusion", finding, finding, confusion.picture_confusion(report, confusions), numbers)
    bins = calibration.reliabilities(report)
    if bins:
        finding = _calibration_sentence(report, list(bins))
        columns = ("variant", *calibration.RELIABILITY_COLUMNS)
        numbers = csv_bytes(calibration.reliability_rows(bins), columns)
        yield Figure("reliability", finding, finding, calibration.picture_reliability(report, bins), numbers)
    residuals = calibration.residuals_of(report)
    if residuals:
        finding = _listed([f"{name} by {each.mean:.3g} on average" for name, (_, each) in residuals.items()])
        numbers = csv_bytes(calibration.residual_rows(residuals), ("variant", "seed", "low", "high", "samples"))
        picture = calibration.picture_residuals(report, residuals)
        yield Figure("residuals", f"Off: {finding}.", f"Off: {finding}.", picture, numbers)
    yield from _mistakes(report)


def _mistakes(report: StudyReport) -> Iterator[Figure]:
    found = mistakes.galleries(report)
    if any(gallery.has_images for gallery in found):
        finding = " ".join(_worst_sentence(gallery) for gallery in found)
        columns = ("variant", "seed", "sample", "truth", "predicted", "probability", "loss")
        numbers = csv_bytes(mistakes.mistake_rows(found), columns)
        yield Figure("mistakes", finding, finding, mistakes.picture_mistakes(found), numbers)


def _worst_sentence(gallery: mistakes.Gallery) -> str:
    worst = gallery.mistakes[0]
    return f"The worst of {gallery.variant}: sample {worst.index} {mistakes.mistake_words(worst)}."


def _confusion_sentence(name: str, found: Confusion) -> str:
    pairs = most_confused(found, 2)
    if not pairs:
        return f"{name} confuses nothing."
    words = [f"{truth} for {predicted} ({count})" for truth, predicted, count in pairs]
    return f"{name} most often takes {' and '.join(words)}."


def _calibration_sentence(report: StudyReport, names: Sequence[str]) -> str:
    errors = {name: calibration.calibration_errors(report, name) for name in names}
    words = [f"{name} {fmean(found):.3f}" for name, found in errors.items() if found]
    return f"Mean expected calibration error: {_listed(words)}." if words else "No calibration error was measured."


def _turning_sentence(report: StudyReport, column: str) -> str:
    turning = turning_points(report, column)
    if not turning:
        return "No finished trial has this curve."
    places = [f"{variant} at epoch {epoch} ({format_number(value)})" for variant, (epoch, value) in turning.items()]
    return f"The mean {column} is best for {_listed(places)}."


def _gap_sentence(report: StudyReport, metric: str) -> str:
    validation, training = f"{VALIDATION_PREFIX}{metric}", learning.training_column(report, metric)
    gaps = final_gaps(report, validation, training)
    if not gaps:
        return "No finished trial has both curves."
    sizes = [f"{variant} {format_number(gap)}" for variant, gap in gaps.items()]
    kind = learning.AS_TRAINED_WORDS if training == metric else learning.CLEAN_WORDS
    return f"{validation} - {metric} ({kind}) at the last epoch: {_listed(sizes)}."


def _listed(parts: Sequence[str]) -> str:
    """Join what fits into a sentence, and say how many are left out."""
    more = [f"{len(parts) - MOST_NAMED} more (see the CSV)"] if len(parts) > MOST_NAMED else []
    return ", ".join([*parts[:MOST_NAMED], *more])
