"""The model card: the answer and its limits as Markdown, for those who meet the models without the page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from ablation.analysis import (
    Comparison,
    Effect,
    caveats,
    decimals_for,
    effect_numbers,
    factor_lines,
    format_number,
    gate_line,
    verdict_lines,
)
from ablation.report.files.determinism import determinism_lines
from ablation.report.files.overfitting import (
    GAP_NOTE,
    GAP_SETTING,
    is_gap_note_due,
    measured_lines,
    overfitting_lines,
)
from ablation.report.study import StudyReport, where_log

_SPECIAL = re.compile(r"([\\`*_\[\]|#])")


def model_card(report: StudyReport) -> bytes:
    """Render model_card.md.

    Source: Mitchell et al., Model Cards for Model Reporting (2019), as far as a study knows it.
    """
    comparison = report.comparison
    sections = [
        _head(report),
        _section("Answer", _bullets([*factor_lines(comparison), *verdict_lines(comparison)])),
        _section("Intended use", _intended_use(report)),
        _section("Limits", _bullets([*report.notes, *caveats(comparison, report.trials)])),
        _section(
            "Fairness of the comparison",
            _bullets([f"{warning.kind}: {warning.sentence}" for warning in report.fairness]),
        ),
        _section("Gates", _bullets([gate_line(gate) for gate in report.gates])),
        _section(f"Results: {escape(comparison.metric)}", _results(report)),
        _section("Results: other metrics", _other_results(report)),
        _section("Overfitting", _overfitting(report)),
        _section("Data", _bullets(_data(report))),
        _section("Training", _bullets(_training(report))),
        _section("Trials without a result", _failures(report)),
        _section("What each variant changed", _changes(report)),
        _section("How to reproduce", fenced(report.reproduce, "sh")),
        _section("Determinism", _bullets(determinism_lines(report.trials))),
        _section("Environment", _bullets([f"{name}: {value}" for name, value in report.environment.items()])),
    ]
    return ("\n\n".join(section for section in sections if section) + "\n").encode("utf-8")


def escape(text: str) -> str:
    """Make text plain in Markdown, on one line: no markup, no HTML, no table cell."""
    return _SPECIAL.sub(r"\\\1", html.escape(" ".join(text.split()), quote=False))


def fenced(text: str, language: str) -> list[str]:
    """Return a code block whose fence the text cannot close."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}{language}", text.strip("\n"), fence]


def _head(report: StudyReport) -> str:
    lines = [f"# {escape(report.study)}"]
    lines += [escape(report.question)] if report.question else []
    lines += [f"Source: {escape(report.source)}"] if report.source else []
    lines += [f"Run {escape(report.run_id)}: {len(report.variants)} variants, {len(report.seeds)} seeds."]
    return "\n\n".join(lines)


def _section(title: str, lines: list[str]) -> str:
    return "\n".join([f"## {title}", "", *lines]) if lines else ""


def _bullets(lines: Iterable[str]) -> list[str]:
    return [f"- {escape(line)}" for line in lines]


def _intended_use(report: StudyReport) -> list[str]:
    question = f" ({escape(report.question)})" if report.question else ""
    return [
        f"The models of this run answer one question{question}: they were trained to be compared on "
        f"{escape(report.comparison.metric)}, a variant with each seed. They show what a change does to this model on "
        "this data. Nothing was checked beyond that: not other data, not subgroups, not safety. Choose a variant by "
        "its verdict, then train and test it for your use."
    ]


def _overfitting(report: StudyReport) -> list[str]:
    note = ["", escape(f"{GAP_NOTE} {GAP_SETTING}.")] if is_gap_note_due(report) else []
    return [*_bullets([*overfitting_lines(report), *measured_lines(report)]), *note]


def _data(report: StudyReport) -> list[str]:
    digests = [f"{name}: {value}" for name, value in report.environment.items() if name.startswith("data of ")]
    samples = {one.samples for by_seed in report.assessments.values() for one in by_seed.values()}
    tested = [f"test part: {' or '.join(f'{count:,}' for count in sorted(samples))} samples"] if samples else []
    return [*digests, *tested, "splits, preparation and normalisation: spec.resolved.yaml"]


def _training(report: StudyReport) -> list[str]:
    finished = [trial for trial in report.trials if trial.is_finished]
    if not finished:
        return []
    lines = [f"{len(finished)} of {len(report.trials)} trials have a result"]
    lines.append(f"epochs: {_span([trial.epochs for trial in finished])}")
    parameters = [trial.parameters for trial in finished if trial.parameters is not None]
    lines += [f"parameters: {_span(parameters)}"] if parameters else []
    lines.append(f"seconds a trial: {_span([round(trial.train_s) for trial in finished])}")
    return [*lines, "optimizer, loss, schedule and every default: spec.resolved.yaml"]


def _span(values: Sequence[int]) -> str:
    low, high = min(values), max(values)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _results(report: StudyReport) -> list[str]:
    comparison = report.comparison
    effects = {effect.variant: effect for effect in comparison.effects}
    interval = f"difference ({100 * comparison.confidence:.0f} % interval)"
    rows = [
        f"| variant | verdict | {interval} | mean | sd | seeds | without a result |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for summary in comparison.summaries:
        decimals = decimals_for(summary.sd) if summary.sd else None
        mean, sd = ("" if x is None else format_number(x, decimals) for x in (summary.mean, summary.sd))
        effect = effects.get(summary.variant)
        told = "| baseline | |" if effect is None else f"| {effect.verdict} | {_numbers(effect, comparison)} |"
        rows.append(f"| {escape(summary.variant)} {told} {mean} | {sd} | {summary.finished} | {summary.failed} |")
    return rows


def _other_results(report: StudyReport) -> list[str]:
    """Return a table with a row a variant and a column a metric, where the study measured others."""
    if not report.others:
        return []
    names = [escape(name) for name in report.others]
    rows = [f"| variant | {' | '.join(names)} |", f"|---{'|---:' * len(names)}|"]
    for variant in report.variants:
        if variant != report.baseline:
            cells = [_other_cell(variant, comparison) for comparison in report.others.values()]
            rows.append(f"| {escape(variant)} | {' | '.join(cells)} |")
    return rows


def _other_cell(variant: str, comparison: Comparison) -> str:
    effect = next((effect for effect in comparison.effects if effect.variant == variant), None)
    return "" if effect is None else f"{_numbers(effect, comparison)} {effect.verdict}".strip()


def _numbers(effect: Effect, comparison: Comparison) -> str:
    difference, low, high = effect_numbers(effect, comparison)
    return f"{difference} ({low} to {high})" if low else difference


def _failures(report: StudyReport) -> list[str]:
    return [
        f"- {escape(trial.variant)} seed {trial.seed}: {trial.status}. {escape(trial.error or '')} "
        f"([log]({where_log(trial)}))"
        for trial in report.failures
    ]


def _changes(report: StudyReport) -> list[str]:
    blocks = [
        [f"{escape(variant)}:", "", *fenced(change, "yaml"), ""] for variant, change in report.told_changes().items()
    ]
    return [line for block in blocks for line in block]
