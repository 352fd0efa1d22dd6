"""What the scripts of the page read: the curves, and the numbers of charts for downloads that need no other file."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from ablation.history import VALIDATION_PREFIX
from ablation.report import theme
from ablation.report.charts.figures import Figure, leading_metric
from ablation.report.charts.learning import AS_TRAINED_WORDS, CLEAN_WORDS, MIXED_WORDS, gap_curves, gap_words
from ablation.report.charts.series import direction_of, seed_curves
from ablation.report.drawing.domain import Curve
from ablation.report.study import StudyReport

# Of all curves; a value takes about eight bytes of the page. Metrics beyond this are in the files alone.
MOST_VALUES = 150_000
LEADING_VALUES = 1_500_000
# The CSV of a chart that is larger is a file alone, unless the curves above hold its numbers.
MOST_CSV_BYTES = 60_000
DIGITS = 5
GAP = "gap"
# As the list of curves says it, in which there is little room.
GAP_KINDS = {CLEAN_WORDS: "dropout off", AS_TRAINED_WORDS: "dropout on", MIXED_WORDS: "dropout on or off"}


def page_data(report: StudyReport, figures: Mapping[str, Figure]) -> Markup:
    """Return the data as JSON that can stand within a script element."""
    colours = theme.colours_of(report.variants, report.baseline)
    dashes = theme.dashes_of(report.variants, report.baseline)
    document = {
        "study": report.study,
        "run": report.run_id,
        "pull": f"ablate pull {report.run_id} {report.study}",
        "baseline": report.baseline,
        "variants": [{"name": name, "colour": colours[name], "dash": dashes[name]} for name in report.variants],
        "ranked": [effect.variant for effect in report.comparison.ranked_effects()],
        "unfinished": [[trial.variant, trial.seed] for trial in report.failures],
        "gap": GAP_KINDS[gap_words(report)],
        "curves": _curves(report),
        "csv": _small_tables(figures),
    }
    return as_script(document)


def as_script(document: object) -> Markup:
    """Write JSON that no text in it can end: `<` is written as its code."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def _small_tables(figures: Mapping[str, Figure]) -> dict[str, str]:
    epochs = {name for name in figures if name.startswith(("validation_", "training_"))}
    return {
        name: figure.csv.decode("utf-8")
        for name, figure in figures.items()
        if name not in epochs and len(figure.csv) <= MOST_CSV_BYTES
    }


def _curves(report: StudyReport) -> list[dict[str, Any]]:
    """Return the columns that a reader may choose, the one that explains the answer first."""
    leading = leading_metric(report)
    metrics = sorted(report.paired_metrics(), key=lambda name: name != leading)
    columns = [f"{prefix}{metric}" for metric in metrics for prefix in (VALIDATION_PREFIX, "")]
    found: list[dict[str, Any]] = []
    left = MOST_VALUES
    for column in columns:
        curves = seed_curves(report, column)
        size = _size(curves)
        if size > (LEADING_VALUES if not found else left):
            continue
        left -= size
        found.append(_column(column, curves, direction_of(column)))
    gaps = gap_curves(report)
    if any(gaps.values()) and _size(gaps) <= left:
        found.append(_column(GAP, gaps, "min"))
    return found


def _column(name: str, curves: dict[str, dict[int, Curve]], direction: str) -> dict[str, Any]:
    return {
        "name": name,
        "direction": direction,
        "seeds": [{str(seed): _values(curve) for seed, curve in by_seed.items()} for by_seed in curves.values()],
    }


def _size(curves: dict[str, dict[int, Curve]]) -> int:
    return sum(len(curve) for by_seed in curves.values() for curve in by_seed.values())


def _values(curve: Curve) -> list[float | int | None]:
    """Return the first epoch, then a value an epoch."""
    known = dict(curve)
    first, last = curve[0][0], curve[-1][0]
    return [first, *(_short(known.get(epoch)) for epoch in range(first, last + 1))]


def _short(value: float | None) -> float | int | None:
    """Keep the digits that a reader sees."""
    if value is None or not math.isfinite(value):
        return None
    short = float(f"{value:.{DIGITS}g}")
    return int(short) if short.is_integer() and abs(short) < 1e15 else short
