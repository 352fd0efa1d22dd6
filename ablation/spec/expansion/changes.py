"""Sets of changes by name: what each variant is, before it is applied to the spec."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ablation.spec.reading.document import Location


@dataclass(frozen=True)
class Change:
    """One path, its new value, and where in the document that stands."""

    path: str
    value: Any
    location: Location


@dataclass(frozen=True)
class ChangeSet:
    """A variant to be: its name, its changes, and its level of each factor, if it has factors."""

    name: str
    changes: tuple[Change, ...]
    levels: Mapping[str, str] = field(default_factory=dict)

    @property
    def by_path(self) -> dict[str, Any]:
        """The changes as a mapping of paths to values."""
        return {change.path: change.value for change in self.changes}


def changes_at(document: Mapping[str, Any], location: Location) -> tuple[Change, ...]:
    """Return the changes of the mapping of paths to values that stands at `location`; none if nothing stands there."""
    settings: Any = document
    for key in location:
        settings = settings.get(key) if isinstance(settings, dict) else None
    if not isinstance(settings, dict):
        return ()
    return tuple(Change(path, value, (*location, path)) for path, value in settings.items())


def changes_of_variants(document: Mapping[str, Any]) -> list[ChangeSet]:
    """Return the variants of a document; one without changes, `baseline`, when it has none."""
    variants = document.get("variants")
    if not isinstance(variants, dict):
        return [ChangeSet("baseline", ())]
    return [ChangeSet(name, changes_at(document, ("variants", name, "set"))) for name in variants]


def changes_of_levels(document: Mapping[str, Any]) -> list[ChangeSet]:
    """Return every level of every factor by itself: what can be checked whatever the design."""
    factors = document.get("factors")
    found = [ChangeSet("baseline", ())]
    for name, factor in factors.items() if isinstance(factors, dict) else ():
        levels = factor.get("levels") if isinstance(factor, dict) else None
        names = list(levels) if isinstance(levels, dict) else []
        places: list[Location] = [("factors", name, "set"), *(("factors", name, "levels", level) for level in names)]
        found += [ChangeSet(name, changes_at(document, place)) for place in places]
    return found
