"""JSON Schema of a spec file: what editors complete and check while a study is written.

It accepts everything that `load_study` accepts. What is wrong across fields it does not know: `ablate validate` does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from ablation.catalogue import catalogue
from ablation.spec.expansion.defaults import NOT_SHARED
from ablation.spec.reading.including import EXTENDS
from ablation.spec.reference.extending import extension
from ablation.spec.reference.families import FAMILIES
from ablation.spec.study import StudySpec
from ablation.spec.training import SPLITS

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
REF = "#/$defs/"
_OF_NAMES = ("properties", "patternProperties", "$defs")
_OF_MANY = ("oneOf", "anyOf", "allOf")
_OF_ONE = ("items", "additionalProperties")
EXTENDS_SCHEMA: Schema = {
    "type": "string",
    "pattern": r"\.ya?ml$",
    "description": "A spec, relative to this file, that this one says only the differences to; null removes a key.",
    "examples": ["base.yaml"],
}


@cache
def json_schema() -> Schema:
    """Return the JSON Schema, draft 2020-12, of a spec file."""
    raw = StudySpec.model_json_schema()
    definitions = raw.pop("$defs")
    names = _names(definitions)
    tidy = {names[name]: _tidy(schema, names) for name, schema in definitions.items()}
    tidy |= {family.name: _union(tidy, names, family.members) for family in FAMILIES}
    tidy["study"] = _tidy(raw, names)
    tidy = {name: _described(schema, tidy) for name, schema in tidy.items()}
    _add_examples(tidy)
    tidy["model"]["properties"]["defaults"] |= _defaults(tidy)
    tidy |= extension(tidy, EXTENDS_SCHEMA)
    return {
        "$schema": DIALECT,
        "title": "Ablation study",
        "description": "A study: data, model, training, and the variants or factors that are compared.",
        "type": "object",
        "properties": {EXTENDS: EXTENDS_SCHEMA},
        "if": {"required": [EXTENDS]},
        "then": {"$ref": f"{REF}extension"},
        "else": {"$ref": f"{REF}study"},
        "$defs": dict(sorted(tidy.items())),
    }


def schema_text() -> str:
    """Return the JSON Schema as it is committed and printed."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def kinds_of(schema: Schema) -> list[str]:
    """Return the kinds that a model's schema accepts; none when it has no `kind`."""
    kind = schema.get("properties", {}).get("kind", {})
    return [kind["const"]] if "const" in kind else list(kind.get("enum", ()))


def _names(definitions: Schema) -> dict[str, str]:
    """Name every definition for people: `layer.dense`, `data`."""
    names: dict[str, str] = {}
    for name, schema in definitions.items():
        plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.removesuffix("Spec").removesuffix("Section")).lower()
        family = next((family.name for family in FAMILIES if name in family.members), None)
        kinds = kinds_of(schema)
        names[name] = f"{family}.{kinds[0] if len(kinds) == 1 else plain}" if family else plain
    assert len(set(names.values())) == len(names)
    return names


def _tidy(schema: Schema, names: dict[str, str]) -> Schema:
    """Rename references, name unions, drop what is Python's, order properties as a person writes them."""

    def change(node: Schema) -> Schema:
        node = {key: value for key, value in node.items() if key not in ("title", "discriminator")}
        if "default" in node and node["default"] is None:
            del node["default"]
        if "$ref" in node:
            node["$ref"] = REF + names[node["$ref"].removeprefix(REF)]
        if "patternProperties" in node:
            node.setdefault("additionalProperties", False)
        if "oneOf" in node:
            members = {option.get("$ref") for option in node["oneOf"]}
            for family in FAMILIES:
                if members == {REF + names[member] for member in family.members}:
                    del node["oneOf"]
                    node["$ref"] = REF + family.name
        if "properties" in node:
            _order(node)
        return node

    return _map(schema, change)


def _map(node: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """Change a schema and everything below it, innermost first."""
    result: Schema = {}
    for key, value in node.items():
        if key in _OF_NAMES:
            result[key] = {name: _map(below, change) for name, below in value.items()}
        elif key in _OF_MANY:
            result[key] = [_map(below, change) for below in value]
        elif key in _OF_ONE and isinstance(value, dict):
            result[key] = _map(value, change)
        else:
            result[key] = value
    return change(result)


def _order(node: Schema) -> None:
    required = node.get("required", ())
    first = {"kind": 0, "name": 1}
    properties = node["properties"]
    order = sorted(properties, key=lambda name: first.get(name, 2 if name in required else 3))
    node["properties"] = {name: properties[name] for name in order}


def _union(definitions: Schema, names: dict[str, str], members: set[str]) -> Schema:
    found = sorted((names[member] for member in members), key=lambda name: kinds_of(definitions[name]))
    return {"oneOf": [{"$ref": REF + name} for name in found]}


def _described(schema: Schema, definitions: Schema) -> Schema:
    """Say of every kind what it is, and of every section what its model says."""
    properties = schema.get("properties", {})
    if kinds := kinds_of(schema):
        properties["kind"]["description"] = schema["description"]
        schema = schema if len(kinds) > 1 else {"title": kinds[0], **schema}
    for node in properties.values():
        if "description" not in node and "$ref" in node:
            node["description"] = definitions[node["$ref"].removeprefix(REF)]["description"]
        if isinstance(node.get("default"), dict):
            node["default"] = _shortened(node["default"], definitions[_target(node)], definitions)
    return schema


def _target(node: Schema) -> str:
    """Return the definition that a node refers to, also where a shorthand may stand for it."""
    options = [node, *node.get("anyOf", ())]
    return next(str(option["$ref"]).removeprefix(REF) for option in options if "$ref" in option)


def _shortened(default: Schema, target: Schema, definitions: Schema) -> Schema:
    """Leave out of a default what is the default below it, too: `{kind: adam}` says enough."""
    options = [definitions[option["$ref"].removeprefix(REF)] for option in target.get("oneOf", ())]
    chosen = next((option for option in options if default.get("kind") in kinds_of(option)), target)
    known = {key: node.get("default") for key, node in chosen["properties"].items()}
    return {key: default[key] for key in known if key == "kind" or (key in default and default[key] != known[key])}


def _add_examples(definitions: Schema) -> None:
    metrics = definitions["training"]["properties"]["metrics"]["items"]["enum"]
    evaluated = [f"{split}_{name}" for split in reversed(SPLITS) for name in ("loss", *metrics)]
    for section, key, examples in (
        ("data", "dataset", list(catalogue())),
        ("compare", "metric", evaluated),
        ("gate", "metric", evaluated),
    ):
        definitions[section]["properties"][key]["examples"] = examples


def _defaults(definitions: Schema) -> Schema:
    """Type `model.defaults`: every setting of every kind of layer, none of them required."""
    shared: Schema = {}
    for option in definitions["layer"]["oneOf"]:
        layer = definitions[option["$ref"].removeprefix(REF)]
        settings = [name for name in layer["properties"] if name not in NOT_SHARED]
        properties = {name: {"$ref": f"{option['$ref']}/properties/{name}"} for name in settings}
        for kind in kinds_of(layer):
            shared[kind] = {
                "type": "object",
                "description": f"Settings of all {kind} layers that do not say otherwise.",
                "properties": properties,
                "additionalProperties": False,
            }
    return {"properties": shared, "additionalProperties": False}
