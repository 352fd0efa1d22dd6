"""pydantic's errors as problems with a file, a line and advice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ablation.spec.reading.annotations import below, field_names, has_field, kinds, narrow
from ablation.spec.reading.document import Document, Key, Location
from ablation.spec.reading.paths import display, nearest, suggest
from ablation.spec.reading.problems import Problem, SpecError

M = TypeVar("M", bound=BaseModel)

_SHAPES = {
    "too_short": "must not be empty",
    "tuple_type": "must be a list",
    "dict_type": "must be a mapping of keys to values",
    "model_type": "must be a mapping of keys to values",
    "model_attributes_type": "must be a mapping of keys to values",
}


def validate(model: type[M], document: Document) -> M:
    """Turn a document into a spec model.

    Raises:
        SpecError: With every problem pydantic found, each at its place in the file.
    """
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        details = [dict(detail) for detail in error.errors(include_url=False)]
        problems = [_problem(model, document, detail) for detail in details if not _is_consequence(detail)]
        raise SpecError(problems) from error


def _is_consequence(detail: dict[str, Any]) -> bool:
    """Whether a list is called empty only because none of its items is right."""
    return bool(detail["type"] == "too_short" and detail["input"])


@dataclass(frozen=True)
class _Place:
    """A location in the document, the model that owns its last key, and what is expected there."""

    location: Location
    owner: Any
    annotation: Any


def _problem(model: type[BaseModel], document: Document, detail: dict[str, Any]) -> Problem:
    place = _locate(model, document.data, detail["loc"])
    location, kind, context = place.location, detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        message, hint = "unknown key", suggest(str(location[-1]), field_names(place.owner))
    elif kind == "missing":
        message, hint = "is missing", f"Add `{location[-1]}:`. {_description(place)}".rstrip()
    elif kind in ("union_tag_invalid", "union_tag_not_found"):
        location = (*location, "kind")
        message = f"unknown kind {context['tag']!r}" if "tag" in context else "needs a kind"
        hint = suggest(str(context.get("tag", "")), kinds(place.annotation))
    elif kind == "repeated_name":
        location = (*location, *context["place"])
        message, hint = detail["msg"], "Variants address it by its name: give each its own."
    else:
        message = _SHAPES.get(kind) or re.sub(r"^[A-Z]\w* should ", "must ", detail["msg"])
        hint = " ".join(filter(None, [f"got {_short(detail['input'])}.", _nearest(detail), _description(place)]))
    return Problem(document.mark(location), display(document.data, location), message, hint)


def _locate(model: type[BaseModel], data: Any, loc: tuple[Key, ...]) -> _Place:
    """Translate pydantic's location, which names union tags as well, into the document's."""
    location: list[Key] = []
    value, owner, annotation = data, model, model
    is_tag_next = False
    for key in loc:
        current = narrow(annotation, value)
        if is_tag_next and isinstance(value, dict) and key == value.get("kind"):
            is_tag_next = False
            continue
        if isinstance(key, int) and isinstance(value, list):
            value = value[key]
        elif isinstance(value, dict) and (key in value or has_field(current, key)):
            owner, value = current, value.get(key)
        else:
            continue  # `[key]`, or the name of a union's member: no place in the document
        annotation = below(current, key)
        is_tag_next = bool(kinds(annotation))
        location.append(key)
    return _Place(tuple(location), owner, annotation)


def _description(place: _Place) -> str:
    key = place.location[-1] if place.location else ""
    return (place.owner.model_fields[key].description or "") if has_field(place.owner, key) else ""


def _nearest(detail: dict[str, Any]) -> str:
    if detail["type"] != "literal_error":
        return ""
    return nearest(str(detail["input"]), re.findall(r"'([^']*)'", detail["ctx"]["expected"]))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
