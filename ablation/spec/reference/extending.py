"""The schema of a file that extends another: it may leave out whatever the other one says, and remove it with null."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

REF = "#/$defs/"
_OUTSIDE = ("description", "examples")
_NULL: Schema = {"type": "null"}


def extension(definitions: Schema, extends: Schema) -> Schema:
    """Return the definitions that such a file needs: `extension`, and a partial one of every section.

    Mappings merge, so nothing in them is required. Lists replace the other file's lists, so their items stay whole.

    Args:
        definitions: Those of a file that stands alone; `study` is the whole file.
        extends: The schema of the key `extends`.
    """
    partial: Schema = {}
    whole = _partial(definitions["study"], definitions, partial)
    whole["properties"] = {"extends": extends, **whole["properties"]}
    return partial | {"extension": {"required": ["extends"], **whole}}


def _partial(node: Schema, definitions: Schema, partial: Schema) -> Schema:
    result = {key: value for key, value in node.items() if key not in ("required", "minProperties", "default")}
    if "$ref" in node:
        result["$ref"] = _partial_definition(node["$ref"], definitions, partial)
    for key in ("oneOf", "anyOf"):
        if key in node:
            del result[key]
            result["anyOf"] = [_partial(option, definitions, partial) for option in node[key]]
    for key in ("properties", "patternProperties"):
        if key in node:
            result[key] = {name: _or_null(_partial(below, definitions, partial)) for name, below in node[key].items()}
    return result


def _partial_definition(reference: str, definitions: Schema, partial: Schema) -> str:
    name = reference.removeprefix(REF)
    if "/" in name:
        return reference
    if f"partial.{name}" not in partial:
        partial[f"partial.{name}"] = {}  # a definition that leads back to itself finds its name taken
        partial[f"partial.{name}"] = _partial(definitions[name], definitions, partial)
    return f"{REF}partial.{name}"


def _or_null(node: Schema) -> Schema:
    if "const" in node or _NULL in node.get("anyOf", ()):
        return node
    result: Schema = {"anyOf": [{key: value for key, value in node.items() if key not in _OUTSIDE}, _NULL]}
    return {key: node[key] for key in _OUTSIDE if key in node} | result
