"""What a spec model expects at a place: an annotation, whose union is narrowed to the member that the data chose."""

from __future__ import annotations

from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel

from ablation.spec.reading.document import Key, Location


def narrow(annotation: Any, value: Any) -> Any:
    """Return the member of a union that a value of this shape and kind belongs to; `annotation` if it is not clear."""
    members = _members(annotation)
    if isinstance(value, list):
        return next((member for member in members if get_origin(member) in (tuple, list)), annotation)
    choices = models(annotation)
    if isinstance(value, dict) and len(choices) > 1:
        choices = [choice for choice in choices if value.get("kind") in kinds(choice)]
    return choices[0] if len(choices) == 1 else members[0] if len(members) == 1 else annotation


def below(annotation: Any, key: Key) -> Any:
    """Return the annotation of an item, of a mapping's value or of a model's field."""
    origin, arguments = get_origin(_strip(annotation)), get_args(_strip(annotation))
    if origin in (tuple, list):
        return arguments[0]
    if origin is dict:
        return arguments[1]
    return annotation.model_fields[key].annotation if has_field(annotation, key) else Any


def has_field(annotation: Any, key: Key) -> bool:
    """Whether `annotation` is a model with a field of that name."""
    return key in field_names(annotation)


def field_names(annotation: Any) -> list[str]:
    """Return the names of a model's fields; none for what is not a model."""
    return list(annotation.model_fields) if _is_model(annotation) else []


def models(annotation: Any) -> list[type[BaseModel]]:
    """Return the models of a union, or the one model."""
    return [member for member in _members(annotation) if _is_model(member)]


def kinds(annotation: Any) -> list[str]:
    """Return every `kind` that a union, or one model, accepts."""
    with_kind = [model for model in models(annotation) if "kind" in model.model_fields]
    return [kind for model in with_kind for kind in get_args(model.model_fields["kind"].annotation)]


def default_kind(model: type[BaseModel], data: Any, location: Location) -> str | None:
    """Return the kind that a section which is left out has by default, e.g. adam for training.optimizer."""
    annotation: Any = model
    for key in location[:-1]:
        annotation = below(narrow(annotation, data), key)
        data = data[key]
    owner = narrow(annotation, data)
    default = owner.model_fields[location[-1]].default if has_field(owner, location[-1]) else None
    return getattr(default, "kind", None)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _strip(annotation: Any) -> Any:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def _members(annotation: Any) -> list[Any]:
    annotation = _strip(annotation)
    if _is_model(annotation) or get_origin(annotation) in (tuple, dict, list):
        return [annotation]
    return [member for argument in get_args(annotation) for member in _members(argument)] or [annotation]
