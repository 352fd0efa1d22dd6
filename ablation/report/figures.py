"""The figures of a study: each a chart, its finding in words, and its numbers as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ablation.analysis import format_number, verdict_lines
from ablation.history import VALIDATION_PREFIX
from ablation.report.drawing import Drawing
from ablation.report.effects_chart import draw_effects
from ablation.report.epoch_chart import draw_epochs
from ablation.report.learning_chart import draw_learning
from ablation.report.series import csv_rows, final_gaps, turning_points
from ablation.report.study import StudyReport
from ablation.report.tables import csv_bytes, effects_csv

TRAJECTORY = ("variant", "seed", "epoch")


@dataclass(frozen=True)
class Figure:
    """One chart as files: <name>.svg, <name>.png and <name>.csv.

    The finding is its text alternative; the caption is what the page prints below it.
    """

    name: str
    finding: str
    caption: str
    drawing: Drawing
    csv: bytes

    def files(self) -> dict[str, bytes]:
        """Return the files by name."""
        return {
            f"{self.name}.svg": self.drawing.svg,
            f"{self.name}.png": self.drawing.png,
            f"{self.name}.csv": self.csv,
        }


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
    for metric in report.paired_metrics():
        yield _epochs(report, f"validation_{metric}", f"{VALIDATION_PREFIX}{metric}")
        yield _epochs(report, f"training_{metric}", metric)
    leading = leading_metric(report)
    if leading is not None:
        yield _learning(report, leading)


def _effects(report: StudyReport) -> Figure:
    finding = "; ".join(verdict_lines(report.comparison)) + "."
    # The answer above the chart and the table below it say the finding; a third time would be once too often.
    caption = f"Differences to {report.baseline}, paired by seed."
    return Figure("effects", finding, caption, draw_effects(report, description=finding), effects_csv(report))


def _epochs(report: StudyReport, name: str, column: str) -> Figure:
    finding = _turning_sentence(report, column)
    drawing = draw_epochs(report, column, description=f"{column} over the epochs. {finding}")
    return Figure(name, finding, finding, drawing, csv_bytes(csv_rows(report, [column]), (*TRAJECTORY, column)))


def _learning(report: StudyReport, metric: str) -> Figure:
    finding = _gap_sentence(report, metric)
    columns = [metric, f"{VALIDATION_PREFIX}{metric}"]
    drawing = draw_learning(report, metric, description=f"{metric}, training against validation. {finding}")
    numbers = csv_bytes(csv_rows(report, columns), (*TRAJECTORY, *columns))
    return Figure("learning_curves", finding, finding, drawing, numbers)


def _turning_sentence(report: StudyReport, column: str) -> str:
    turning = turning_points(report, column)
    if not turning:
        return "No finished trial has this curve."
    places = [f"{variant} at epoch {epoch} ({format_number(value)})" for variant, (epoch, value) in turning.items()]
    return f"The mean {column} is best for {', '.join(places)}."


def _gap_sentence(report: StudyReport, metric: str) -> str:
    gaps = final_gaps(report, metric)
    if not gaps:
        return "No finished trial has both curves."
    sizes = [f"{variant} {format_number(gap)}" for variant, gap in gaps.items()]
    return f"{VALIDATION_PREFIX}{metric} - {metric} at the last epoch: {', '.join(sizes)}."
