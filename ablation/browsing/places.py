"""What the path of an address means: an index, a file of a run, or nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from ablation.store import is_run_id, is_study

INDEX = "index.html"
STUDIES = "studies"
# What a store keeps beside the runs of a study, and overwrites.
POINTERS = ("latest.json", "champion.json")

_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")


class PathRefused(Exception):
    """A path that no page of a store has."""


@dataclass(frozen=True)
class Place:
    """Where a path leads.

    Attributes:
        study: None: the index of the store.
        run_id: None: the index of the study, or one of its pointers.
        path: Of a file of the run, or the name of a pointer; None: an index.
    """

    study: str | None = None
    run_id: str | None = None
    path: str | None = None


@dataclass(frozen=True)
class Elsewhere:
    """The address of a folder without its last slash: relative links of its page would be wrong there."""

    location: str


def place_of(target: str) -> Place | Elsewhere | None:
    """Return where the target of a request leads; None where there can be nothing.

    Raises:
        PathRefused: It is no plain path: it leaves a folder, or hides what it is.
    """
    segments = _segments(target)
    if segments in ([""], [INDEX]):
        return Place()
    if segments[0] != STUDIES or len(segments) < 2 or not is_study(segments[1]):
        return None
    study, rest = segments[1], segments[2:]
    if not rest:
        return _folder(STUDIES, study)
    if rest in ([""], [INDEX]):
        return Place(study)
    if len(rest) == 1 and rest[0] in POINTERS:
        return Place(study, path=rest[0])
    if not is_run_id(rest[0]):
        return None
    if len(rest) == 1:
        return _folder(STUDIES, study, rest[0])
    return Place(study, rest[0], "/".join(rest[1:]) or INDEX)


def _segments(target: str) -> list[str]:
    """Return the parts of a path, each decoded once; only the last may be empty."""
    if not target.startswith("/") or target.startswith("//"):
        raise PathRefused("the target of a request must be a path")
    try:
        parts = [unquote(part, errors="strict") for part in urlsplit(target).path.removeprefix("/").split("/")]
    except ValueError as error:
        raise PathRefused("the path is not UTF-8") from error
    for place, part in enumerate(parts):
        is_last = place == len(parts) - 1
        if part in (".", "..") or "/" in part or _CONTROL.search(part) or (not part and not is_last):
            raise PathRefused("a part of the path is empty, . or .., or has a slash or a control character")
    return parts


def _folder(*names: str) -> Elsewhere:
    return Elsewhere("/" + "/".join(quote(name) for name in names) + "/")
