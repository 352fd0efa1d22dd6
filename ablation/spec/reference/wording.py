"""A schema's type, default and range in words, for tables."""

from __future__ import annotations

from typing import Any

import yaml

from ablation.records import SHA256
from ablation.spec.base import LAYER_NAME, NAME
from ablation.spec.study import STUDY_NAME

Schema = dict[str, Any]

REF = "#/$defs/"
_TYPES = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "`true` or `false`",
    "object": "mapping",
    "null": "`null`",
}
_PATTERNS = {
    NAME: "a-z, 0-9, `_`, `.`, `-`; up to 63",
    LAYER_NAME: "a-z, 0-9, `_`, `-`; up to 63",
    STUDY_NAME: "a-z, 0-9, `-`; up to 63",
    SHA256: "64 hexadecimal digits",
}
# Longer choices than this are listed once, in a section of their own.
_MANY_CHOICES = 9


def type_text(node: Schema, links: dict[str, str]) -> str:
    """Say what a value is.

    Args:
        node: Its schema.
        links: Titles of sections by the name of what they describe, e.g. layer: Layers.
    """
    if "$ref" in node:
        name = node["$ref"].removeprefix(REF)
        return _link(name, links[name]) if name in links else name.replace("_", " ")
    if "const" in node:
        return f"`{flow(node['const'])}`"
    if "enum" in node:
        return _choices(node["enum"], links)
    if options := [*node.get("anyOf", ()), *node.get("oneOf", ())]:
        return " or ".join(dict.fromkeys(type_text(each, links) for each in options if each != {"type": "null"}))
    if node.get("type") == "array":
        return f"list of {type_text(node['items'], links)}"
    if "patternProperties" in node:
        below = type_text(next(iter(node["patternProperties"].values())), links)
        return f"mapping of names to {below}"
    return _TYPES[node.get("type", "object")]


def default_text(node: Schema, *, is_required: bool) -> str:
    """Say what stands for a value that is left out."""
    if is_required:
        return "**required**"
    default = node.get("default")
    if default in (None, [], {}):
        return ""
    return f"`{flow(default)}`"


def range_text(node: Schema) -> str:
    """Say which numbers, or how many items, are allowed; nothing where every value of the type is."""
    options = [each for each in (*node.get("anyOf", ()), *node.get("oneOf", ())) if each != {"type": "null"}]
    texts = [range_text(option) for option in options] or [_bounds(node)]
    return "; ".join(dict.fromkeys(filter(None, texts)))


def flow(value: Any) -> str:
    """Write a value as YAML on one line, numbers as a person writes them."""
    if isinstance(value, float):
        return f"{value:.12g}".replace("e-0", "e-")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)}: {flow(below)}" for key, below in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(flow, value))}]"
    return yaml.safe_dump(value, default_flow_style=True, width=10_000).removesuffix("\n...\n").strip()


def _key(key: str) -> str:
    return f'"{key}"' if "*" in key else key


def _link(name: str, title: str) -> str:
    return f"[{name.replace('_', ' ')}](#{title.lower().replace(' ', '-').replace('`', '').replace('.', '')})"


def _choices(values: list[Any], links: dict[str, str]) -> str:
    name = next((name for name in links if name == ",".join(map(str, values))), None)
    if name is not None:
        return _link(links[name].lower().rstrip("s"), links[name])
    if len(values) > _MANY_CHOICES:
        return f"one of {len(values)} names: " + ", ".join(f"`{flow(value)}`" for value in values)
    return ", ".join(f"`{flow(value)}`" for value in values)


def _bounds(node: Schema) -> str:
    if "minimum" in node and "maximum" in node:
        found = [f"{_number(node['minimum'])} to {_number(node['maximum'])}"]
    else:
        signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
        found = [f"{sign} {_number(node[key])}" for key, sign in signs.items() if key in node]
    low, high = node.get("minItems"), node.get("maxItems")
    if low is not None and low == high:
        found.append(f"{low} items")
    elif low is not None:
        found.append(f"at least {low} item{'s' if low > 1 else ''}")
    if "minProperties" in node:
        found.append(f"at least {node['minProperties']}")
    if "maxLength" in node:
        found.append(f"up to {node['maxLength']} characters")
    if "items" in node and (below := _bounds(node["items"])):
        found.append(f"each {below}")
    if "pattern" in node:
        found.append(_PATTERNS.get(node["pattern"]) or f"`{node['pattern']}`")
    return ", ".join(found)


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) and abs(value) >= 10_000 else f"{value:g}"
