"""The files of a run's report."""

from __future__ import annotations

from collections.abc import Iterator

from ablation.report.charts.figures import Figure, study_figures
from ablation.report.files.model_card import model_card
from ablation.report.files.overfitting import overfitting_json
from ablation.report.files.tables import effects_json, summary_csv
from ablation.report.page.page import study_page
from ablation.report.study import StudyReport


def render_study(report: StudyReport) -> Iterator[tuple[str, bytes]]:
    """Render everything that a reader of a run gets, one file after the other, as they are asked for.

    Returns:
        Name and content: for every figure its svg, png and csv, then index.html, effects.json, overfitting.json,
        summary.csv and model_card.md.
    """
    figures: dict[str, Figure] = {}
    for figure in study_figures(report):
        figures[figure.name] = figure
        yield from figure.files().items()
    yield "index.html", study_page(report, figures)
    yield "effects.json", effects_json(report)
    yield "overfitting.json", overfitting_json(report)
    yield "summary.csv", summary_csv(report)
    yield "model_card.md", model_card(report)
