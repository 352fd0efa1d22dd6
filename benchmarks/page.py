"""Writes docs/benchmarks.md from the figures of benchmarks/results; nothing in it is typed by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import fmean, median, stdev
from typing import Any

import jinja2

from benchmarks.figures import Result, median_of, read_results

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def write_page(order: Iterable[str], path: Path = PAGE) -> None:
    """Write the page from the figures that there are, in an order of benchmarks."""
    results = read_results()
    path.write_text(render_page([results[name] for name in order if name in results]), encoding="utf-8")


def render_page(results: list[Result]) -> str:
    """Return the page as Markdown."""
    return _template().render(results=results)


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    filters: dict[str, Callable[..., Any]] = {
        "seconds": _seconds,
        "gigabytes": _gigabytes,
        "median_of": median_of,
        "median": median,
        "mean": fmean,
        "deviation": stdev,
        "score": "{:.4f}".format,
        "signed": "{:+.4f}".format,
    }
    environment.filters |= filters
    return environment.get_template("benchmarks.md.j2")


def _seconds(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _gigabytes(count: float) -> str:
    return f"{count / 1e9:.2f}"
