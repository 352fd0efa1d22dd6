"""The page of a run: one self-contained HTML file, in the order in which a reader asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from ablation.analysis import (
    Effect,
    VariantSummary,
    caveats,
    decimals_for,
    effect_numbers,
    effect_sentence,
    format_number,
    gate_line,
    verdict_lines,
)
from ablation.records import TrialOutcome
from ablation.report.determinism import determinism_lines
from ablation.report.figures import Figure, leading_metric
from ablation.report.study import LOG, StudyReport, trial_path, where_log
from ablation.report.template import render

# The order of a trial's files in the table; others follow by name.
FILE_ORDER = ("curves.svg", "history.csv", "diagnostics.csv", "metrics.json", "model.keras", LOG)
RUN_FILES = ("summary.csv", "effects.json", "model_card.md", "spec.yaml", "spec.resolved.yaml", "provenance.json")


@dataclass(frozen=True)
class InlineFigure:
    """A figure within the page."""

    name: str
    caption: str
    svg: Markup


@dataclass(frozen=True)
class VariantRow:
    """A variant in the table of effects, its numbers as text."""

    summary: VariantSummary
    verdict: str
    difference: str
    interval: str
    mean: str
    sd: str


@dataclass(frozen=True)
class TrialRow:
    """A trial in the table of trials."""

    outcome: TrialOutcome
    links: dict[str, str]
    log: str


def study_page(report: StudyReport, figures: Mapping[str, Figure]) -> bytes:
    """Render index.html."""
    inline = {name: _inline(figure) for name, figure in figures.items()}
    first = f"validation_{leading_metric(report)}"
    main = ("effects", "learning_curves", first)
    comparison = report.comparison
    return render(
        "study.html.j2",
        title=f"{report.study} {report.run_id}",
        report=report,
        verdicts=[(effect.verdict, _after_verdict(effect, report)) for effect in comparison.answered_effects()],
        gates=[(gate.status, gate_line(gate)) for gate in report.gates],
        lines=[] if comparison.effects else verdict_lines(comparison),
        caveats=[*report.caveats, *caveats(comparison, report.trials)],
        figures=inline,
        overfit=inline.get(first),
        others=[figure for name, figure in inline.items() if name not in main],
        rows=_variant_rows(report),
        metrics=report.metric_names(),
        trials=[_trial_row(trial) for trial in report.trials],
        determinism=determinism_lines(report.trials),
        run_files=RUN_FILES,
    )


def _inline(figure: Figure) -> InlineFigure:
    """Take a figure's SVG as it is: vl-convert escapes the texts, and the charts use no ids that could collide."""
    return InlineFigure(figure.name, figure.caption, Markup(figure.drawing.svg.decode("utf-8")))


def _after_verdict(effect: Effect, report: StudyReport) -> tuple[str, str]:
    """Split a sentence into variant and rest, so that the page can set the verdict in bold."""
    sentence = effect_sentence(effect, report.comparison)
    return effect.variant, sentence.removeprefix(f"{effect.variant} {effect.verdict}")


def _variant_rows(report: StudyReport) -> list[VariantRow]:
    """Return the baseline's row, then the others from the best to the worst."""
    comparison = report.comparison
    summaries = {summary.variant: summary for summary in comparison.summaries}
    effects = {effect.variant: effect for effect in comparison.ranked_effects()}
    order = [name for name in summaries if name not in effects] + list(effects)
    return [_variant_row(report, summaries[name], effects.get(name)) for name in order]


def _variant_row(report: StudyReport, summary: VariantSummary, effect: Effect | None) -> VariantRow:
    decimals = decimals_for(summary.sd) if summary.sd else None
    difference, low, high = ("", "", "") if effect is None else effect_numbers(effect, report.comparison)
    return VariantRow(
        summary=summary,
        verdict="" if effect is None else effect.verdict,
        difference=difference,
        interval=f"{low} to {high}" if low else "",
        mean="" if summary.mean is None else format_number(summary.mean, decimals),
        sd="" if summary.sd is None else format_number(summary.sd, decimals),
    )


def _trial_row(trial: TrialOutcome) -> TrialRow:
    names = sorted(
        trial.files, key=lambda name: (FILE_ORDER.index(name) if name in FILE_ORDER else len(FILE_ORDER), name)
    )
    return TrialRow(trial, {name: trial_path(trial, name) for name in names}, where_log(trial))
