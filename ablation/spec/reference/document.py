"""The reference of the language as Markdown, for a person who writes a study."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from ablation.spec.reference.examples import example
from ablation.spec.reference.families import FAMILIES, Family
from ablation.spec.reference.schema import REF, json_schema, kinds_of
from ablation.spec.reference.wording import default_text, flow, range_text, type_text

Schema = dict[str, Any]

_GUIDE = Path(__file__).with_name("guide.md")
# Every section of a file: its definition, its title, in the order of a file.
SECTIONS = {
    "study": "The file",
    "data": "data",
    "subset": "data.subset",
    "validation": "data.validation",
    "labels": "data.labels",
    "model": "model",
    "training": "training",
    "early_stopping": "training.early_stopping",
    "diagnostics": "training.diagnostics",
    "phase": "training.phases",
    "variant": "variants",
    "switch": "A factor of two levels",
    "levels": "A factor of several levels",
    "compare": "compare",
    "gate": "gates",
    "runtime": "runtime",
    "publish": "publish",
}
# Choices that many fields share.
_NAMES = (
    ("Activations", "layer.dense", "activation"),
    ("Metrics", "training", "metrics"),
    ("Networks", "layer.backbone", "network"),
)
# A setting of at least this share of a family's kinds is described once.
_COMMON = 0.75


def reference() -> str:
    """Return the whole language in Markdown: a guide, then a table of every section and of every kind."""
    definitions = json_schema()["$defs"]
    links = {**SECTIONS, **{family.name: family.title for family in FAMILIES}}
    links |= {",".join(names): title for title, names in _choices(definitions)}
    links |= {name: _title(name) for name in _others(definitions)}
    blocks = [_GUIDE.read_text(encoding="utf-8").strip(), "# Sections"]
    blocks += [_section(name, title, definitions, links) for name, title in SECTIONS.items()]
    blocks += ["# Kinds", _contents()]
    blocks += [_family(family, definitions, links) for family in FAMILIES]
    blocks += [f"## {title}\n\n{', '.join(f'`{name}`' for name in names)}" for title, names in _choices(definitions)]
    blocks += [_section(name, _title(name), definitions, links) for name in _others(definitions)]
    return "\n\n".join(blocks) + "\n"


def _section(name: str, title: str, definitions: Schema, links: dict[str, str]) -> str:
    schema = definitions[name]
    return "\n\n".join([f"## {title}", schema["description"], _table(schema, list(schema["properties"]), links)])


def _contents() -> str:
    titles = [*(family.title for family in FAMILIES), *(title for title, _, _ in _NAMES)]
    links = ", ".join(f"[{title}](#{title.lower().replace(' ', '-')})" for title in titles)
    return f"What is chosen by `kind`, each in alphabetical order: {links}."


def _family(family: Family, definitions: Schema, links: dict[str, str]) -> str:
    members = [each["$ref"].removeprefix(REF) for each in definitions[family.name]["oneOf"]]
    common = _common([definitions[member]["properties"] for member in members])
    blocks = [f"## {family.title}", family.meaning]
    if common:
        shared = {"properties": common, "required": ["name"]}
        blocks += [f"Every {family.name} has, unless it says otherwise:", _table(shared, list(common), links)]
    blocks += [_kind(member, definitions[member], common, links) for member in members]
    return "\n\n".join(blocks)


def _common(members: list[Schema]) -> Schema:
    """Return the settings that nearly all kinds of a family share, word by word."""
    known = {(key, str(node)): node for properties in members for key, node in properties.items() if key != "kind"}
    counts = Counter((key, str(node)) for properties in members for key, node in properties.items())
    most = _COMMON * len(members)
    return {key: node for (key, text), node in known.items() if counts[key, text] >= most and len(members) > 2}


def _kind(name: str, schema: Schema, common: Schema, links: dict[str, str]) -> str:
    own = [key for key, node in schema["properties"].items() if key != "kind" and common.get(key) != node]
    title = ", ".join(f"`{kind}`" for kind in sorted(kinds_of(schema)))
    blocks = [f"### {title}", schema["description"], f"```yaml\n{example(name, schema)}\n```"]
    return "\n\n".join([*blocks, *([_table(schema, own, links)] if own else [])])


def _others(definitions: Schema) -> list[str]:
    """Name what only one field refers to, e.g. the file of a backbone's weights."""
    described = {*SECTIONS, "extension", *(family.name for family in FAMILIES)}
    return [name for name in definitions if name not in described and "." not in name]


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _choices(definitions: Schema) -> list[tuple[str, list[str]]]:
    found = []
    for title, section, key in _NAMES:
        node = definitions[section]["properties"][key]
        found.append((title, node.get("items", node)["enum"]))
    return found


def _table(schema: Schema, keys: list[str], links: dict[str, str]) -> str:
    rows = ["| name | type | default | range | meaning |", "|---|---|---|---|---|"]
    for key in keys:
        node = schema["properties"][key]
        cells = (
            f"`{key}`",
            type_text(node, links),
            default_text(node, is_required=key in schema.get("required", ())),
            range_text(node),
            node["description"] + _instance(node),
        )
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows)


def _instance(node: Schema) -> str:
    examples = node.get("examples", ())
    return f" E.g. `{flow(examples[0])}`." if examples else ""
