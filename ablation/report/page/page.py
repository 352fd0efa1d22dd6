"""The page of a run: one self-contained HTML file, in the order in which a reader asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ablation.analysis import Comparison, Effect, caveats, effect_sentence, factor_lines, gate_line, verdict_lines
from ablation.history import VALIDATION_PREFIX
from ablation.report.charts.assessments.mistakes import galleries, mistake_words, sure_words
from ablation.report.charts.figures import Figure, leading_metric
from ablation.report.charts.learning import gap_words
from ablation.report.drawing.picture import Panel
from ablation.report.files.determinism import determinism_lines
from ablation.report.files.overfitting import GAP_NOTE, GAP_SETTING, is_gap_note_due, overfitting_lines
from ablation.report.page.data import page_data
from ablation.report.page.numbers import (
    other_rows,
    overfitting_columns,
    overfitting_rows,
    trial_row,
    variant_columns,
    variant_rows,
)
from ablation.report.page.terms import term_notes
from ablation.report.study import StudyReport
from ablation.report.template import render

RUN_FILES = (
    "summary.csv",
    "effects.json",
    "overfitting.json",
    "model_card.md",
    "spec.yaml",
    "spec.resolved.yaml",
    "provenance.json",
)
SCRIPTS = ("links.js", "tables.js", "panels.js", "curves.js", "explore.js")
# More verdicts than this are opened on demand.
MOST_VERDICTS = 12
# And more sentences about one chart: the chart is what the reader came for.
MOST_FINDINGS = 6
OF_ASSESSMENTS = ("confusion", "reliability", "residuals")


@dataclass(frozen=True)
class InlineFigure:
    """A figure within the page."""

    name: str
    title: str
    notes: tuple[str, ...]
    keys: list[tuple[Markup, str]]
    label: str
    caption: str
    panels: list[tuple[str, Markup]]
    narrow: list[tuple[str, Markup]]
    columns: int


@dataclass(frozen=True)
class Answer:
    """One verdict, cut where the page sets it in bold; a line that is no verdict is all rest."""

    subject: str
    verdict: str
    rest: str


def study_page(report: StudyReport, figures: Mapping[str, Figure]) -> bytes:
    """Render index.html."""
    leading = leading_metric(report)
    found_galleries = galleries(report)
    inline = {name: _inline(figure) for name, figure in figures.items()}
    comparison = report.comparison
    answers = [*_factor_answers(comparison), *(_answer(effect, report) for effect in comparison.answered_effects())]
    first = f"validation_{leading}"
    return render(
        "study.html.j2",
        scripts=SCRIPTS,
        title=f"{report.question or report.study} · {report.study} {report.run_id}",
        report=report,
        answers=answers,
        most_answers=MOST_VERDICTS,
        most_findings=MOST_FINDINGS,
        gates=[(gate.status, gate_line(gate)) for gate in report.gates],
        lines=[] if comparison.effects else verdict_lines(comparison),
        caveats=[*report.caveats, *caveats(report.comparison, report.trials)],
        figures=inline,
        overfit=inline.get(first),
        more_figures=_more_figures(figures, first),
        columns=variant_columns(report),
        rows=variant_rows(report),
        other_rows=other_rows(report),
        overfitting=overfitting_lines(report),
        gap_note=GAP_NOTE if is_gap_note_due(report) else "",
        gap_setting=GAP_SETTING,
        gap_words=gap_words(report),
        term_notes=term_notes,
        overfitting_columns=overfitting_columns(report),
        overfitting_rows=overfitting_rows(report),
        found_galleries=found_galleries,
        is_assessed=bool(found_galleries) or any(name in figures for name in OF_ASSESSMENTS),
        mistake_words=mistake_words,
        sure_words=sure_words,
        metrics=report.metric_names(),
        trials=[trial_row(trial) for trial in report.trials],
        has_best_epochs=any(trial.best_epoch for trial in report.trials),
        changes=report.told_changes(),
        determinism=determinism_lines(report.trials),
        run_files=RUN_FILES,
        data=page_data(report, figures),
        validation=f"{VALIDATION_PREFIX}{leading}",
    )


def _factor_answers(comparison: Comparison) -> list[Answer]:
    """Return what the factors do, alone and in pairs: a study of factors asks for that before its variants."""
    lines = factor_lines(comparison)
    if comparison.factors is None or not lines:
        return []
    main = comparison.factors.main
    found = []
    for effect, line in zip(main, lines, strict=False):
        subject, _, rest = line.partition(f" {effect.verdict}:")
        found.append(Answer(subject, effect.verdict, f":{rest}"))
    return [*found, *(Answer("", "", line) for line in lines[len(main) :])]


def _answer(effect: Effect, report: StudyReport) -> Answer:
    """Split a sentence into variant and rest, so that the page can set the verdict in bold."""
    sentence = effect_sentence(effect, report.comparison)
    return Answer(effect.variant, effect.verdict, sentence.removeprefix(f"{effect.variant} {effect.verdict}"))


def _more_figures(figures: Mapping[str, Figure], first: str) -> list[tuple[str, str]]:
    """Return name and title of the curves that the page does not draw: they are files, and its scripts draw them."""
    epochs = [name for name in figures if name.startswith(("validation_", "training_")) and name != first]
    return [(name, figures[name].picture.title) for name in epochs]


def _inline(figure: Figure) -> InlineFigure:
    picture = figure.picture
    return InlineFigure(
        name=figure.name,
        title=picture.title,
        notes=picture.notes,
        keys=[(_swatch(key.swatch()), key.words) for key in picture.keys],
        label=f"{picture.title}. {figure.finding}",
        caption=figure.caption,
        panels=_marked(picture.panels),
        narrow=_marked(picture.narrow),
        columns=picture.columns,
    )


def _marked(panels: Sequence[Panel]) -> list[tuple[str, Markup]]:
    """Take the panels' SVG as it is: every text in it is escaped, and it has no ids that could collide."""
    return [(panel.name, Markup(panel.svg())) for panel in panels]


def _swatch(content: str) -> Markup:
    return Markup(
        f'<svg viewBox="0 0 22 12" width="22" height="12" aria-hidden="true" focusable="false">{content}</svg>'
    )
