"""pydantic's errors as problems with a file, a line and advice."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ablation.spec.reading.advice import advice
from ablation.spec.reading.annotations import below, description, field_names, kinds, sections_with, tagged_members
from ablation.spec.reading.document import Document, Key, Location
from ablation.spec.reading.kinds import of_kind
from ablation.spec.reading.paths import display
from ablation.spec.reading.problems import Problem, SpecError
from ablation.spec.reading.showing import shown
from ablation.spec.reading.suggesting import nearest, suggest
from ablation.spec.reading.wording import message

M = TypeVar("M", bound=BaseModel)

NAMED_TWICE = "Variants address it by its name: give each its own."


def validate(model: type[M], document: Document) -> M:
    """Turn a document into a spec model.

    Raises:
        SpecError: With every problem pydantic found, each at its place in the file.
    """
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        found = _located(model, error)
        raise SpecError([_problem(document, (), place, detail) for place, detail in found]) from error


def problems_of_some_settings(
    model: type[BaseModel], document: Document, root: Location, settings: dict[str, Any], others: dict[str, Any]
) -> list[Problem]:
    """Return what is wrong with some settings of a model, whatever else it needs.

    Args:
        model: Whose settings.
        document: Holds them.
        root: Where they stand.
        settings: The settings.
        others: Settings that it has as well, and that are right.
    """
    try:
        model.model_validate({**settings, **others})
    except ValidationError as error:
        found = [(place, detail) for place, detail in _located(model, error) if place.location[:1]]
        return [_problem(document, root, place, detail) for place, detail in found if place.location[0] in settings]
    return []


@dataclass(frozen=True)
class _Place:
    """A location in the data, the model that owns its last key, what belongs there, and what the model says of it."""

    model: type[BaseModel]
    location: Location
    owner: Any
    annotation: Any
    description: str


def _located(model: type[BaseModel], error: ValidationError) -> list[tuple[_Place, dict[str, Any]]]:
    details: list[dict[str, Any]] = [dict(detail) for detail in error.errors(include_url=False)]
    return [(_locate(model, detail["loc"]), detail) for detail in details if not _is_consequence(detail)]


def _is_consequence(detail: dict[str, Any]) -> bool:
    """Whether a list is called too short only because items of it are wrong."""
    return bool(detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"])


def _problem(document: Document, root: Location, place: _Place, detail: dict[str, Any]) -> Problem:
    location, kind, value = place.location, detail["type"], detail["input"]
    said = message(detail)
    if kind == "extra_forbidden":
        hint = _known_key(place)
    elif kind == "missing":
        hint = f"Add `{location[-1]}:`. {place.description}".rstrip()
    elif kind == "union_tag_not_found" or (kind == "union_tag_invalid" and value["kind"] is None):
        location, said, hint = (*location, "kind"), "needs a kind", of_kind(value, place.annotation)
    elif kind == "union_tag_invalid":
        location, said = (*location, "kind"), f"unknown kind {shown(value['kind'])}"
        hint = suggest(str(value["kind"]), kinds(place.annotation))
    elif "place" in detail.get("ctx", {}):
        location, hint = (*location, *detail["ctx"]["place"]), detail["ctx"].get("hint", NAMED_TWICE)
    else:
        sentences = (f"got {shown(value)}.", advice(detail, place.annotation), place.description)
        hint = " ".join(filter(None, sentences))
    whole = (*root, *location)
    return Problem(document.mark(whole), display(document.data, whole), said, hint)


def _known_key(place: _Place) -> str:
    key, known = str(place.location[-1]), field_names(place.owner)
    if nearest(key, known) is None:
        sections = sections_with(place.owner, key)
        others = [name for name in sections_with(place.model, key) if name != place.location[0]]
        if len(sections) == 1:
            return f"It belongs in {sections[0]}."
        if len(others) == 1:
            return f"Did you mean {others[0]}.{key}?"
    return suggest(key, known)


@lru_cache(maxsize=1_000)  # the variants of a study have their mistakes at the same places
def _locate(model: type[BaseModel], loc: tuple[Key, ...]) -> _Place:
    """Translate pydantic's location, which names the members of unions as well, into the data's."""
    location: list[Key] = []
    owner: Any = model
    annotation: Any = model
    said = ""
    for key in loc:
        tagged = tagged_members(annotation)
        if key in tagged:
            annotation = tagged[str(key)]
        elif key != "[key]":
            location.append(key)
            owner, annotation = annotation, below(annotation, key)
            said = said if isinstance(key, int) else description(owner, key)
    return _Place(model, tuple(location), owner, annotation, said)
