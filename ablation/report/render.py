"""The files of a run's report, and the index pages over runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ablation.records import RunManifest
from ablation.report.charts.figures import Figure, study_figures
from ablation.report.files.model_card import model_card
from ablation.report.files.overfitting import overfitting_json
from ablation.report.files.tables import effects_json, summary_csv
from ablation.report.page.page import study_page
from ablation.report.study import StudyReport
from ablation.report.template import render


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


def render_study_index(study: str, manifests: Sequence[RunManifest]) -> bytes:
    """Render a study's list of answers, newest first; the same bytes whatever the order of the manifests."""
    runs = _newest_first([manifest for manifest in manifests if manifest.study == study])
    return render("study_index.html.j2", title=study, study=study, runs=runs)


def render_store_index(manifests: Sequence[RunManifest]) -> bytes:
    """Render the newest answer of every study, the most recent study first."""
    runs = _newest_first(manifests)
    newest = {run.study: run for run in reversed(runs)}
    latest = [run for run in runs if newest[run.study] is run]
    counts = {study: sum(run.study == study for run in runs) for study in newest}
    return render("store_index.html.j2", title="Studies", runs=latest, counts=counts)


def _newest_first(manifests: Sequence[RunManifest]) -> list[RunManifest]:
    """Order by run id, which sorts by time and is unique."""
    return sorted(manifests, key=lambda manifest: (manifest.run_id, manifest.study), reverse=True)
