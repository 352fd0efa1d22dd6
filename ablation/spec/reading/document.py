"""YAML to plain data that remembers the file and line of every value.

YAML 1.2 scalars (`1e-3` is a number, `yes` and `on` are text), duplicate keys are errors, anchors may not explode.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ablation.spec.reading.problems import Mark, Problem, SpecError

Key = str | int
Location = tuple[Key, ...]

MAX_BYTES = 1_000_000
MAX_NODES = 100_000
MAX_DEPTH = 60


@dataclass
class Document:
    """Plain data (dicts, lists, scalars) with a mark for every location in it."""

    data: dict[str, Any]
    marks: dict[Location, Mark] = field(default_factory=dict)

    def mark(self, location: Location) -> Mark:
        """Return the mark of `location`, or of its nearest marked ancestor."""
        for length in range(len(location), -1, -1):
            if found := self.marks.get(location[:length]):
                return found
        return Mark("spec")


class _Loader(yaml.SafeLoader):
    """A SafeLoader whose plain scalars follow YAML 1.2's core schema."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", list("-+.0123456789")),
    ("float", r"^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$", list("-+.")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


def _construct_int(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    return int(node.value)


def _construct_float(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> float:
    return float(node.value.lower().replace(".inf", "inf").replace(".nan", "nan"))


_Loader.add_constructor("tag:yaml.org,2002:int", _construct_int)
_Loader.add_constructor("tag:yaml.org,2002:float", _construct_float)


_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "str", "seq", "map")}


class _Reader:
    """Turns composed YAML nodes into data and marks, and collects problems on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.marks: dict[Location, Mark] = {}
        self.problems: list[Problem] = []
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
            self._problem(node, location, message, hint)
            return None
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
                self._problem(key_node, location, f"a key must be text, got {got}", "Quote it.")
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
        except (ValueError, KeyError) as error:
            self._problem(node, location, f"cannot be read: {error}", "Write plain text, numbers, true or false.")
            return None

    def _problem(self, node: yaml.Node, location: Location, message: str, hint: str) -> None:
        self.problems.append(Problem(self._mark(node), ".".join(map(str, location)), message, hint))

    def _mark(self, node: yaml.Node) -> Mark:
        return Mark(self.file, node.start_mark.line + 1 if node.start_mark else None)


def parse(text: str, *, file: str) -> tuple[Any, dict[Location, Mark]]:
    """Read one YAML value from `text`.

    Returns:
        The value as dicts, lists and scalars, and the mark of every location in it.

    Raises:
        SpecError: `text` is not YAML, has duplicate keys, or expands to too much.
    """
    reader = _Reader(file)
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        value = None if node is None else reader.read(loader, node)
    except yaml.YAMLError as error:
        raise SpecError([_syntax_problem(error, text, file)]) from error
    except RecursionError as error:
        raise SpecError([Problem(Mark(file), "", "nested too deeply", "Flatten it.")]) from error
    if reader.problems:
        raise SpecError(reader.problems)
    return value, reader.marks


def read_document(path: Path) -> Document:
    """Read a spec file.

    Raises:
        SpecError: The file cannot be read, is not UTF-8, is too large, or does not hold a mapping.
    """
    file = str(path)
    value, marks = parse(_read_text(path), file=file)
    if not isinstance(value, dict):
        got = "nothing" if value is None else f"a {type(value).__name__}"
        hint = "Begin with `study: my-study`; specs/quickstart.yaml is a complete example."
        raise SpecError([Problem(Mark(file, 1), "", f"a spec must be a mapping of keys to values, got {got}", hint)])
    return Document(value, marks)


def _read_text(path: Path) -> str:
    mark = Mark(str(path))
    try:
        raw = path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
    except (OSError, ValueError) as error:
        hint = "Check the path; `ls specs` shows the studies of this project."
        reason = error.strerror if isinstance(error, OSError) else error
        raise SpecError([Problem(mark, "", f"cannot be read: {reason}", hint)]) from error
    if raw is None:
        raise SpecError([Problem(mark, "", f"larger than {MAX_BYTES:,} bytes", "A spec is a page of text.")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise SpecError([Problem(Mark(str(path), line), "", "not UTF-8", "Save the file as UTF-8.")]) from error


def _syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    if isinstance(error, yaml.reader.ReaderError):
        line, character = text[: error.position].count("\n") + 1, chr(error.character)
        message, hint = f"not YAML: the character {character!a} is not allowed", "Remove it; it may be invisible."
        return Problem(Mark(file, line), "", message, hint)
    mark = getattr(error, "problem_mark", None)
    message = getattr(error, "problem", None) or str(error).splitlines()[0]
    hint = "Indent with blanks, not tabs." if "'\\t'" in message else "Check the indentation and quotes of this line."
    return Problem(Mark(file, mark.line + 1 if mark else None), "", f"not YAML: {message}", hint)
