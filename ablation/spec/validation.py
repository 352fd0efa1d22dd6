"""pydantic's errors as problems with a file, a line and advice."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from ablation.spec.document import Document, Key, Location
from ablation.spec.paths import display, suggest
from ablation.spec.problems import Problem, SpecError

M = TypeVar("M", bound=BaseModel)


def validate(model: type[M], document: Document) -> M:
    """Turn a document into a spec model.

    Raises:
        SpecError: With every problem pydantic found, each at its place in the file.
    """
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        details = error.errors(include_url=False)
        raise SpecError([_problem(model, document, dict(detail)) for detail in details]) from error


def _problem(model: type[BaseModel], document: Document, detail: dict[str, Any]) -> Problem:
    location, owner = _locate(model, document.data, detail["loc"])
    kind, context = detail["type"], detail.get("ctx", {})
    message, hint = detail["msg"], f"got {_short(detail['input'])}."
    if kind == "extra_forbidden":
        message, hint = "unknown key", suggest(str(location[-1]), _field_names(owner))
    elif kind == "missing":
        message, hint = "is missing", f"Add `{location[-1]}:`. {_description(owner, location[-1])}".rstrip()
    elif kind in ("union_tag_invalid", "union_tag_not_found"):
        tags = [tag.strip().strip("'") for tag in context.get("expected_tags", "").split(",") if tag.strip()]
        location = (*location, "kind")
        message = f"unknown kind {context['tag']!r}" if "tag" in context else "needs a kind"
        hint = suggest(str(context.get("tag", "")), tags or _tags(model, document.data, detail["loc"]))
    else:
        message = message[0].lower() + message[1:]
        hint = f"{hint} {_description(owner, location[-1]) if location else ''}".rstrip()
    return Problem(document.mark(location), display(document.data, location), message, hint)


def _locate(model: Any, data: Any, loc: tuple[Key, ...]) -> tuple[Location, Any]:
    """Translate pydantic's location, which names union tags and types, into the document's.

    Returns:
        The location in the document, and the model class that owns its last key.
    """
    location: list[Key] = []
    value, owner, current = data, model, model
    for number, key in enumerate(loc):
        current = _choose(current, value)
        if isinstance(value, dict) and key == value.get("kind") and number and _is_tag(current, key):
            current = _by_tag(current, key)
            if number == len(loc) - 1:
                break
            value = {name: item for name, item in value.items() if name != "kind"} | {"kind": object()}
            continue
        if isinstance(key, int) and isinstance(value, list) and key < len(value):
            value, current = value[key], _item(current)
        elif isinstance(value, dict) and (key in value or _has_field(current, key)):
            owner, current = current, _field(current, key)
            value = value.get(key)
        elif number == len(loc) - 1 and isinstance(value, dict) and key != "[key]":
            owner = current
        else:
            continue  # a type's name within a union, which is no place in the document
        location.append(key)
    return tuple(location), owner


def _strip(annotation: Any) -> Any:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def _members(annotation: Any) -> list[Any]:
    annotation = _strip(annotation)
    is_class = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    if is_class or get_origin(annotation) in (tuple, dict, list):
        return [annotation]
    return [member for argument in get_args(annotation) for member in _members(argument)] or [annotation]


def _models(annotation: Any) -> list[type[BaseModel]]:
    return [member for member in _members(annotation) if isinstance(member, type) and issubclass(member, BaseModel)]


def _kinds(model: type[BaseModel]) -> tuple[str, ...]:
    return get_args(model.model_fields["kind"].annotation) if "kind" in model.model_fields else ()


def _is_tag(annotation: Any, key: Key) -> bool:
    return any(key in _kinds(model) for model in _models(annotation))


def _by_tag(annotation: Any, key: Key) -> Any:
    return next((model for model in _models(annotation) if key in _kinds(model)), annotation)


def _choose(annotation: Any, value: Any) -> Any:
    """Narrow a union to the member that fits a value of this shape."""
    members = _members(annotation)
    if len(members) == 1:
        return members[0]
    if isinstance(value, list):
        return next((member for member in members if get_origin(member) in (tuple, list)), annotation)
    models = _models(annotation)
    return models[0] if len(models) == 1 else annotation


def _item(annotation: Any) -> Any:
    arguments = get_args(_strip(annotation))
    return arguments[0] if arguments else Any


def _field(annotation: Any, key: Key) -> Any:
    if get_origin(_strip(annotation)) is dict:
        return get_args(_strip(annotation))[1]
    return annotation.model_fields[key].annotation if _has_field(annotation, key) else Any


def _has_field(annotation: Any, key: Key) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel) and key in annotation.model_fields


def _field_names(annotation: Any) -> list[str]:
    return list(annotation.model_fields) if hasattr(annotation, "model_fields") else []


def _tags(model: Any, data: Any, loc: tuple[Key, ...]) -> list[str]:
    annotation: Any = model
    value = data
    for key in loc:
        annotation = _choose(annotation, value)
        if isinstance(key, int) and isinstance(value, list):
            annotation, value = _item(annotation), value[key]
        elif isinstance(value, dict) and key in value:
            annotation, value = _field(annotation, key), value[key]
    return [kind for choice in _models(annotation) for kind in _kinds(choice)]


def _description(owner: Any, key: Key) -> str:
    return (owner.model_fields[key].description or "") if _has_field(owner, key) else ""


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
