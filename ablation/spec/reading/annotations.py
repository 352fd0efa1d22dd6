"""What a spec model expects at a place: an annotation, and the members of a union by what tells them apart."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, Tag
from pydantic.fields import FieldInfo

from ablation.spec.reading.document import Key, Location


def members(annotation: Any) -> list[Any]:
    """Return the members of a union without None; of what is no union, itself."""
    bare = strip(annotation)
    if get_origin(bare) not in (Union, UnionType):
        return [annotation]
    found = [member for member in get_args(bare) if member is not NoneType]
    return members(found[0]) if len(found) == 1 else found


def strip(annotation: Any) -> Any:
    """Take the metadata off an annotation."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def tagged_members(annotation: Any) -> dict[str, Any]:
    """Return the members of a union by the tag that pydantic names them by: a `Tag`, or a kind; none if no union."""
    choices = members(annotation)
    if len(choices) < 2:
        return {}
    return {tag: choice for choice in choices for tag in _tags(choice) or kinds(choice)}


def below(annotation: Any, key: Key) -> Any:
    """Return the annotation of an item, of a mapping's value or of a model's field."""
    bare = strip(members(annotation)[0])
    origin, arguments = get_origin(bare), get_args(bare)
    if origin in (tuple, list):
        return arguments[0]
    if origin is dict:
        return arguments[1]
    return _fields(bare)[str(key)].annotation if has_field(bare, key) else Any


def has_field(annotation: Any, key: Key) -> bool:
    """Whether `annotation` is a model with a field of that name."""
    return key in field_names(annotation)


def field_names(annotation: Any) -> list[str]:
    """Return the names of a model's fields; none for what is not a model."""
    return [name for model in _only_model(annotation) for name in _fields(model)]


def description(annotation: Any, key: Key) -> str:
    """Return what a model says of its field; nothing for what is not a model or has no such field."""
    fields = [_fields(model).get(str(key)) for model in _only_model(annotation)]
    return (fields[0].description or "") if fields and fields[0] else ""


def sections_with(annotation: Any, key: str) -> list[str]:
    """Return which sections of a model, in any of their kinds, have a field of that name."""
    fields = [field for model in _only_model(annotation) for field in _fields(model).items()]
    return [name for name, field in fields if any(has_field(model, key) for model in models(field.annotation))]


def required_fields(model: type[BaseModel]) -> list[str]:
    """Return the names of the fields that a model must have, without its kind."""
    return [name for name, field in _fields(model).items() if field.is_required() and name != "kind"]


def models(annotation: Any) -> list[type[BaseModel]]:
    """Return the models of a union, or the one model."""
    return [strip(member) for member in members(annotation) if _is_model(strip(member))]


def model_of_kind(annotation: Any, kind: Any) -> type[BaseModel] | None:
    """Return the model of a union that has this kind."""
    return next((model for model in models(annotation) if kind in kinds(model)), None)


def kinds(annotation: Any) -> list[str]:
    """Return every `kind` that a union, or one model, accepts."""
    with_kind = [model for model in models(annotation) if "kind" in model.model_fields]
    return [kind for model in with_kind for kind in get_args(model.model_fields["kind"].annotation)]


def default_kind(model: type[BaseModel], data: Any, location: Location) -> str | None:
    """Return the kind that a section which is left out has by default, e.g. adam for training.optimizer."""
    annotation: Any = model
    for key in location[:-1]:
        annotation, data = below(_chosen(annotation, data), key), data[key]
    for owner in _only_model(_chosen(annotation, data)):
        if field := _fields(owner).get(str(location[-1])):
            return getattr(field.default, "kind", None)
    return None


def _chosen(annotation: Any, data: Any) -> Any:
    """Return the member of a union of kinds that the data chose."""
    kind = data.get("kind") if isinstance(data, dict) else None
    return model_of_kind(annotation, kind) or annotation


def _only_model(annotation: Any) -> list[type[BaseModel]]:
    found = models(annotation)
    return found if len(found) == 1 else []


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields of a model whose annotations are resolved, that of itself too: residual blocks hold layers."""
    if not model.__pydantic_fields_complete__:
        model.model_rebuild()
    return model.model_fields


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _tags(member: Any) -> list[str]:
    return [mark.tag for mark in getattr(member, "__metadata__", ()) if isinstance(mark, Tag)]
