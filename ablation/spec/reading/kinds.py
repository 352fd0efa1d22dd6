"""What to do about a value without a kind, where models are told apart by it."""

from __future__ import annotations

from typing import Any

from ablation.spec.reading.annotations import field_names, kinds, model_of_kind, required_fields
from ablation.spec.reading.showing import flow
from ablation.spec.reading.suggesting import nearest


def of_kind(value: Any, annotation: Any) -> str:
    """Say how to write what was meant: a kind by its name alone, as a key, or told by the other keys.

    Args:
        value: What was written.
        annotation: A union of models with kinds.
    """
    if isinstance(value, list) and len(value) == 1:
        item = value[0]
        return f"Write it without the list: {flow(item)}." if isinstance(item, dict) else of_kind(item, annotation)
    if isinstance(value, dict):
        return _mapping(value, annotation)
    known = kinds(annotation)
    if isinstance(value, str) and value in known:
        return f"Write {with_kind(value, annotation)}."
    if isinstance(value, str) and (near := nearest(value, known)):
        return f"Did you mean {with_kind(near, annotation)}?"
    return _list_of_kinds(annotation)


def with_kind(kind: str, annotation: Any) -> str:
    """Write a model of a kind with the settings it needs: {kind: dense, name: ..., units: ...}."""
    model = model_of_kind(annotation, kind)
    needed = required_fields(model) if model else []
    return "{" + ", ".join([f"kind: {kind}", *(f"{name}: ..." for name in needed)]) + "}"


def _mapping(value: dict[str, Any], annotation: Any) -> str:
    (key, inner), *others = value.items() or [("", None)]
    if not others and key in kinds(annotation) and "kind" not in value:
        return f"Write {_key_as_kind(key, inner, annotation)}."
    settings = {key for key in value if key != "kind"}
    fitting = [kind for kind in kinds(annotation) if settings <= set(field_names(model_of_kind(annotation, kind)))]
    return f"Add `kind: {fitting[0]}`." if settings and len(fitting) == 1 else _list_of_kinds(annotation)


def _key_as_kind(kind: str, inner: Any, annotation: Any) -> str:
    """Write {l2: 0.01} as {kind: l2, factor: 0.01}, and {l2: {factor: 0.01}} as well."""
    if isinstance(inner, dict):
        return flow({"kind": kind, **inner})
    settings = [name for name in field_names(model_of_kind(annotation, kind)) if name != "kind"]
    return flow({"kind": kind, settings[0]: inner}) if inner is not None and len(settings) == 1 else f"{{kind: {kind}}}"


def _list_of_kinds(annotation: Any) -> str:
    return f"Write {{kind: ...}}, one of {', '.join(kinds(annotation))}."
