"""How the templates are filled: every value is escaped, unless it is our own SVG."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import quote

import jinja2

from ablation.analysis import format_number
from ablation.report import theme


def render(template: str, **values: Any) -> bytes:
    """Fill a template of the folder templates."""
    return _environment().get_template(template).render(theme=theme, **values).encode("utf-8")


def duration(seconds: float) -> str:
    """Write a duration with two units at most: 3 min 40 s."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def mebibytes(size: int | None) -> str:
    """Write a size in memory."""
    return "" if size is None else f"{size / 2**20:,.0f} MiB"


def utc(moment: datetime) -> datetime:
    """Return a moment in UTC; one without a zone is taken for UTC."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def metric_text(value: float | None) -> str:
    """Write a single trial's metric, four digits; nothing where there is none."""
    if value is None:
        return ""
    return f"{value:.4g}" if abs(value) < 1e4 else format_number(value, 0)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("ablation.report"),
        autoescape=jinja2.select_autoescape(("html.j2",)),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = {"duration": duration, "mebibytes": mebibytes, "utc": utc, "metric": metric_text, "path": quote}
    environment.filters.update(filters)
    return environment
