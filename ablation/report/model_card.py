"""The model card: the answer and its limits as Markdown, for those who meet the models without the page."""

from __future__ import annotations

import html
import re

from ablation.analysis import caveats, decimals_for, factor_lines, format_number, gate_line, verdict_lines
from ablation.report.determinism import determinism_lines
from ablation.report.study import StudyReport, where_log

_SPECIAL = re.compile(r"([\\`*_\[\]|#])")


def model_card(report: StudyReport) -> bytes:
    """Render model_card.md."""
    answer = [*verdict_lines(report.comparison), *factor_lines(report.comparison)]
    sections = [
        _head(report),
        _section("Answer", [f"- {escape(line)}" for line in answer]),
        _section(
            "Limits", [f"- {escape(line)}" for line in [*report.notes, *caveats(report.comparison, report.trials)]]
        ),
        _section("Gates", [f"- {escape(gate_line(gate))}" for gate in report.gates]),
        _section(f"Results: {escape(report.comparison.metric)}", _results(report)),
        _section("Trials without a result", _failures(report)),
        _section("What each variant changed", _changes(report)),
        _section("How to reproduce", fenced(report.reproduce, "sh")),
        _section("Determinism", [f"- {escape(line)}" for line in determinism_lines(report.trials)]),
        _section("Environment", [f"- {escape(name)}: {escape(value)}" for name, value in report.environment.items()]),
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


def _results(report: StudyReport) -> list[str]:
    rows = ["| variant | mean | sd | seeds | without a result |", "|---|---:|---:|---:|---:|"]
    for summary in report.comparison.summaries:
        decimals = decimals_for(summary.sd) if summary.sd else None
        mean, sd = ("" if x is None else format_number(x, decimals) for x in (summary.mean, summary.sd))
        rows.append(f"| {escape(summary.variant)} | {mean} | {sd} | {summary.finished} | {summary.failed} |")
    return rows


def _failures(report: StudyReport) -> list[str]:
    return [
        f"- {escape(trial.variant)} seed {trial.seed}: {trial.status}. {escape(trial.error or '')} "
        f"([log]({where_log(trial)}))"
        for trial in report.failures
    ]


def _changes(report: StudyReport) -> list[str]:
    blocks = [
        [f"{escape(variant)}:", "", *fenced(change, "yaml"), ""] for variant, change in report.changes.items() if change
    ]
    return [line for block in blocks for line in block]
