"""Plain data that remembers the file and line of every value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ablation.spec.reading.problems import Mark, Problem

Key = str | int
Location = tuple[Key, ...]


@dataclass
class Document:
    """Plain data (dicts, lists, scalars), a mark for every location in it, and what could not be read of it, where."""

    data: Any
    marks: dict[Location, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unread: list[Location] = field(default_factory=list)

    def at(self, location: Location) -> Any:
        """Return what stands at a location; None if nothing does."""
        value = self.data
        for key in location:
            value = child(value, key)
        return value

    def marks_below(self, location: Location) -> dict[Location, Mark]:
        """Return the marks of a value and of everything in it, relative to it."""
        places = ((below, self.marks.get((*location, *below))) for below in locations(self.at(location)))
        return {below: mark for below, mark in places if mark}

    def put(self, location: Location, value: Any, marks: dict[Location, Mark]) -> None:
        """Put a value where its parent stands, with its marks, relative to it."""
        self.forget(location)
        self.at(location[:-1])[location[-1]] = value
        self.marks.update({(*location, *below): mark for below, mark in marks.items()})

    def forget(self, location: Location) -> None:
        """Take the marks of a value away, and of everything in it."""
        for below in locations(self.at(location)):
            self.marks.pop((*location, *below), None)

    def mark(self, location: Location) -> Mark:
        """Return the mark of `location`, or of its nearest marked ancestor."""
        for length in range(len(location), -1, -1):
            if found := self.marks.get(location[:length]):
                return found
        return Mark("spec")


def child(value: Any, key: Key) -> Any:
    """Return the value of a key or the item of a position; None if there is none."""
    if isinstance(value, dict):
        return value.get(key)
    return value[key] if isinstance(value, list) and isinstance(key, int) and key < len(value) else None


def locations(value: Any, location: Location = ()) -> Iterator[Location]:
    """Return the location of a value and of everything in it, outermost first."""
    yield location
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from locations(item, (*location, key))
