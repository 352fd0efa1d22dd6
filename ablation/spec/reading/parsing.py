"""YAML to a document.

YAML 1.2 scalars (`1e-3` is a number, `yes` and `on` are text), duplicate keys are errors, anchors may not explode.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from ablation.spec.reading.document import Document, Location
from ablation.spec.reading.paths import display
from ablation.spec.reading.problems import Mark, Problem, SpecError
from ablation.spec.reading.syntax import syntax_problem

MAX_NODES = 100_000
MAX_DEPTH = 60

# A number of YAML 1.2's core schema.
NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


class _Loader(yaml.SafeLoader):
    """A SafeLoader whose plain scalars follow YAML 1.2's core schema."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    ("float", rf"^{NUMBER.pattern}$", list("-+.0123456789")),
    ("float", r"^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$", list("-+.")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


def _construct_int(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    return int(node.value)


def _construct_float(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> float:
    return float(node.value.lower().replace(".inf", "inf").replace(".nan", "nan"))


_Loader.add_constructor("tag:yaml.org,2002:int", _construct_int)
_Loader.add_constructor("tag:yaml.org,2002:float", _construct_float)


_SCALARS = {"null": "nothing", "bool": "true or false", "int": "a whole number", "float": "a number"}
_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "str", "seq", "map")}


class _Reader:
    """Turns composed YAML nodes into data and marks, and collects problems on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.marks: dict[Location, Mark] = {}
        self.wrong: list[tuple[Mark, Location, str, str]] = []
        self.unread: list[Location] = []
        self.nodes = 0

    def read(self, loader: _Loader, node: yaml.Node, location: Location = ()) -> Any:
        self.nodes += 1
        mark = self._mark(node)
        self.marks[location] = mark
        if self.nodes > MAX_NODES or len(location) > MAX_DEPTH:
            message = f"more than {MAX_NODES:,} values or {MAX_DEPTH} levels once its aliases are expanded"
            raise SpecError([Problem(mark, "", message, "Remove the nested anchors.")])
        if node.tag not in _TAGS:
            message, hint = f"unknown tag {node.tag}", "Write plain text, numbers, lists and mappings, without a tag."
            return self._unreadable(node, location, message, hint)
        if isinstance(node, yaml.MappingNode):
            return self._read_mapping(loader, node, location)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(loader, item, (*location, index)) for index, item in enumerate(node.value)]
        return self._read_scalar(loader, node, location)

    def _read_mapping(self, loader: _Loader, node: yaml.MappingNode, location: Location) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self.read(loader, key_node, location) if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(key, str):
                got = repr(key_node.value) if isinstance(key_node, yaml.ScalarNode) else f"a {key_node.id}"
                hint = "Quote it. (A comma ends a value: write 1000, not 1,000.)" if got[1:2].isdigit() else "Quote it."
                self._problem(key_node, location, f"a key must be text, got {got}", hint)
                continue
            if key in result:
                first = self.marks[(*location, key)]
                self._problem(key_node, (*location, key), "duplicate key", f"It is already set in line {first.line}.")
                continue
            result[key] = self.read(loader, value_node, (*location, key))
            self.marks[(*location, key)] = self._mark(key_node)
        self.marks[location] = self._mark(node)
        return result

    def _read_scalar(self, loader: _Loader, node: yaml.Node, location: Location) -> Any:
        try:
            return loader.construct_object(node, deep=True)
        except (ValueError, KeyError):
            message = f"cannot be read as {_SCALARS[node.tag.rpartition(':')[2]]}"
            return self._unreadable(node, location, message, "Write plain text, numbers, true or false.")

    def _unreadable(self, node: yaml.Node, location: Location, message: str, hint: str) -> None:
        self._problem(node, location, message, hint)
        self.unread.append(location)

    def _problem(self, node: yaml.Node, location: Location, message: str, hint: str) -> None:
        self.wrong.append((self._mark(node), location, message, hint))

    def _mark(self, node: yaml.Node) -> Mark:
        start = node.start_mark
        return Mark(self.file, start.line + 1, start.column + 1) if start else Mark(self.file)


def parse(text: str, *, file: str) -> Document:
    """Read one YAML value from `text`, as far as it can be read.

    Raises:
        SpecError: `text` is not YAML, or expands to too much.
    """
    reader = _Reader(file)
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        value = None if node is None else reader.read(loader, node)
    except yaml.YAMLError as error:
        raise SpecError([syntax_problem(error, text, file)]) from error
    except RecursionError as error:
        raise SpecError([Problem(Mark(file), "", "nested too deeply", "Flatten it.")]) from error
    problems = [
        Problem(mark, display(value, location), message, hint) for mark, location, message, hint in reader.wrong
    ]
    return Document(value, reader.marks, problems, reader.unread)
