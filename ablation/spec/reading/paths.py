"""Paths into a spec: `model.layers.hidden_*.units`. `*` matches within one step.

An item of a list is addressed by its name; without one by its place, or by its kind if no other item is of that kind.
"""

from __future__ import annotations

import fnmatch
from typing import Any

from pydantic import BaseModel

from ablation.spec.reading.annotations import default_kind
from ablation.spec.reading.document import Document, Key, Location, child
from ablation.spec.reading.problems import Mark
from ablation.spec.reading.showing import printable
from ablation.spec.reading.suggesting import suggest


class PathError(ValueError):
    """A path that leads nowhere; carries what was there to choose from."""


def display(data: Any, location: Location) -> str:
    """Write a location as a path, naming list items that have a name."""
    parts: list[str] = []
    for key in location:
        data = child(data, key)
        name = data.get("name") if isinstance(key, int) and isinstance(data, dict) else None
        parts.append(printable(name if isinstance(name, str) else str(key)))
    return ".".join(parts)


def find(data: Any, path: str) -> list[Location]:
    """Return the locations that `path` matches; the last step may be a key that is not there yet.

    Raises:
        PathError: A step matches nothing.
    """
    steps = path.split(".")
    if not all(steps):
        raise PathError(f"{path!r} is not a path; write it like model.layers.hidden_1.units")
    found: list[tuple[Location, Any]] = [((), data)]
    for number, step in enumerate(steps):
        is_last = number == len(steps) - 1
        found = [match for location, value in found for match in _matches(location, value, step, is_last)]
        if not found:
            raise PathError(_nothing(data, steps[:number], step))
    return [location for location, _ in found]


def assign(
    document: Document, location: Location, value: Any, marks: dict[Location, Mark], *, model: type[BaseModel]
) -> None:
    """Put `value` at `location`, making the sections on the way that are not there yet.

    Args:
        document: Changed in place.
        location: Where.
        value: What.
        marks: Of the value, relative to it; sections that are made get the value's own mark.
        model: Knows the default kind of a section that is made.
    """
    for length, key in enumerate(location[:-1], start=1):
        parent = document.at(location[: length - 1])
        if isinstance(parent, dict) and key not in parent:
            kind = default_kind(model, document.data, location[:length])
            document.put(location[:length], {} if kind is None else {"kind": kind}, {(): marks[()]})
    document.put(location, value, marks)


def _matches(location: Location, value: Any, step: str, is_last: bool) -> list[tuple[Location, Any]]:
    named = _named_children(value)
    keys = list(dict.fromkeys(key for name, key in named.items() if fnmatch.fnmatchcase(name, step)))
    if not keys and isinstance(value, dict) and "*" not in step and (is_last or not isinstance(value.get(step), str)):
        return [((*location, step), {})]
    return [((*location, key), child(value, key)) for key in keys]


def _named_children(value: Any) -> dict[str, Key]:
    if isinstance(value, dict):
        return {str(key): key for key in value}
    if isinstance(value, list):
        return _by_kind(value) | {
            str(item["name"]) if isinstance(item, dict) and "name" in item else str(index): index
            for index, item in enumerate(value)
        }
    return {}


def _by_kind(items: list[Any]) -> dict[str, Key]:
    kinds = [item.get("kind") if isinstance(item, dict) and "name" not in item else None for item in items]
    return {kind: index for index, kind in enumerate(kinds) if isinstance(kind, str) and kinds.count(kind) == 1}


def _nothing(data: Any, steps: list[str], step: str) -> str:
    parents = find(data, ".".join(steps)) if steps else [()]
    value = data
    for key in parents[0]:
        value = child(value, key)
    where = ".".join(steps) or "the spec"
    return f"nothing in {where} matches {step!r}. {suggest(step, sorted(_named_children(value)))}".rstrip()
