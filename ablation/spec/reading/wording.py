"""pydantic's errors in the words of the language: what must be there."""

from __future__ import annotations

import re
from typing import Any, get_args

from pydantic_core import core_schema

_LIST, _MAPPING = "must be a list", "must be a mapping of keys to values"
_WORDS = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "dict_type": _MAPPING,
    "extra_forbidden": "unknown key",
    "finite_number": "must be a finite number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "greater_than": "must be greater than {gt:,}",
    "greater_than_equal": "must be at least {ge:,}",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number of fewer digits",
    "int_type": "must be a whole number",
    "less_than": "must be less than {lt:,}",
    "less_than_equal": "must be at most {le:,}",
    "list_type": _LIST,
    "missing": "is missing",
    "model_attributes_type": "must be a mapping with a kind",
    "model_type": _MAPPING,
    "string_too_short": "must be at least {min_length} characters",
    "string_too_long": "must be at most {max_length} characters",
    "string_type": "must be text",
    "string_unicode": "must be text without surrogate characters",
    "too_short": "must have at least {min_length} items",
    "too_long": "must have at most {max_length} items",
    "tuple_type": _LIST,
    "union_tag_not_found": "needs a kind",
}
_PYDANTIC = frozenset(get_args(core_schema.ErrorType))
_BOUNDS = ("gt", "ge", "lt", "le")
_CLASSES = {
    "A-Z": ("capital letter", "capital letters"),
    "a-z": ("lower-case letter", "lower-case letters"),
    "a-f": ("letter a to f", "letters a to f"),
    "0-9": ("digit", "digits"),
}
_MAX_LISTED = 6


def message(detail: dict[str, Any]) -> str:
    """Say what must be there instead; an error of the language's own validators already does."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind not in _PYDANTIC:
        return str(detail["msg"])
    if kind == "literal_error":
        return _one_of(choices(detail))
    if kind == "string_pattern_mismatch":
        return _of_pattern(context["pattern"])
    if kind in ("too_short", "string_too_short") and context["min_length"] == 1:
        return "must not be empty"
    if kind == "string_too_long" and context["max_length"] == 1:
        return "must be one character"
    bounds = {name: int(value) if value == int(value) else value for name, value in context.items() if name in _BOUNDS}
    return _WORDS.get(kind, "is not valid here").format(**{**context, **bounds})


def choices(detail: dict[str, Any]) -> list[str]:
    """Return the values that a choice among words or numbers allows."""
    return [word or number for word, number in re.findall(r"'([^']*)'|(\d+)", detail["ctx"]["expected"])]


def _one_of(words: list[str]) -> str:
    if len(words) > _MAX_LISTED:
        return "is none of the words that are allowed here"
    return f"must be {_enumerated(words, 'or')}"


def _of_pattern(pattern: str) -> str:
    """Describe `^[first][rest]{m,n}$`: the characters, and how many."""
    if fixed := re.fullmatch(r"\^([\w:/]+)", pattern):
        return f"must begin with {fixed[1]}"
    found = re.fullmatch(r"\^(?:\[([^\]]+)\])?\[([^\]]+)\]\{(?:\d+,)?(\d+)\}\$", pattern)
    if not found:
        return f"must match the pattern {pattern}"
    first, rest, most = found[1], found[2], int(found[3])
    start = f", beginning with a {_enumerated(_characters(first, number=0), 'or')}" if first else ""
    exactly = "exactly" if f"{{{most}}}" in pattern else "at most"
    characters = _enumerated(_characters(rest, number=1), "and")
    return f"must be {characters}{start}; {exactly} {most + bool(first)} characters"


def _characters(inside: str, *, number: int) -> list[str]:
    """Name the characters of a class, in the singular (0) or plural (1)."""
    names = [name[number] for part, name in _CLASSES.items() if part in inside]
    return [*names, *re.sub("|".join(map(re.escape, _CLASSES)), "", inside)]


def _enumerated(words: list[str], last: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
