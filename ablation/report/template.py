"""How the templates are filled: every value is escaped, unless it is our own SVG."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from ablation.analysis import format_number
from ablation.report import theme


def render(template: str, *, scripts: Sequence[str] = (), **values: Any) -> bytes:
    """Fill a template of the folder templates.

    Args:
        template: Its file name.
        scripts: Files of the folder scripts that the page runs, in this order; it may run nothing else.
        values: What the template asks for.
    """
    script = _script(tuple(scripts))
    page = _environment().get_template(template).render(theme=theme, script=Markup(script), **values)
    return page.encode("utf-8")


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


def policy(style: str, script: str) -> str:
    """Return what a page may load and run: itself, as it was written."""
    runs = f" script-src '{_digest(script)}';" if script else ""
    return f"default-src 'none'; img-src data:; style-src '{_digest(style)}';{runs} base-uri 'none'; form-action 'none'"


def _digest(content: str) -> str:
    """Return how a policy names an inline element: the digest of what stands between its tags."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode('utf-8')).digest()).decode('ascii')}"


@cache
def _script(names: tuple[str, ...]) -> str:
    """Return scripts in one; each keeps its names to itself, and one that fails does not stop the next."""
    folder = resources.files("ablation.report") / "scripts"
    parts = [(folder / name).read_text(encoding="utf-8") for name in names]
    return "\n" + "\n".join(parts) if parts else ""


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("ablation.report"),
        autoescape=jinja2.select_autoescape(("html.j2",)),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = {
        "duration": duration,
        "mebibytes": mebibytes,
        "utc": utc,
        "metric": metric_text,
        "path": quote,
        "policy": policy,
    }
    environment.filters.update(filters)
    return environment
