"""The files of a run's report, and the index pages over runs."""

from __future__ import annotations

from collections.abc import Sequence

from ablation.records import RunManifest
from ablation.report.figures import study_figures
from ablation.report.model_card import model_card
from ablation.report.page import study_page
from ablation.report.study import StudyReport
from ablation.report.tables import effects_json, summary_csv
from ablation.report.template import render


def render_study(report: StudyReport) -> dict[str, bytes]:
    """Render everything that a reader of a run gets.

    Returns:
        index.html, effects.json, summary.csv, model_card.md, and for every figure its svg, png and csv.
    """
    figures = study_figures(report)
    files = {name: content for figure in figures.values() for name, content in figure.files().items()}
    return files | {
        "index.html": study_page(report, figures),
        "effects.json": effects_json(report),
        "summary.csv": summary_csv(report),
        "model_card.md": model_card(report),
    }


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
