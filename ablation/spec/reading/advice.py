"""What to do about a value that does not belong where it stands: often, what was meant can be told."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from ablation.spec.reading.annotations import below, field_names, kinds, models, required_fields
from ablation.spec.reading.kinds import of_kind, with_kind
from ablation.spec.reading.parsing import NUMBER
from ablation.spec.reading.showing import flow
from ablation.spec.reading.suggesting import suggest
from ablation.spec.reading.wording import choices

_TRUE, _FALSE = {"yes", "y", "on", "true", "1"}, {"no", "n", "off", "false", "0"}
_EMPTY = "Write a value after the colon, or remove the key."


def advice(detail: dict[str, Any], annotation: Any) -> str:
    """Return one sentence on what to write instead, or nothing when that cannot be told.

    Args:
        detail: pydantic's error.
        annotation: What is expected.
    """
    value = detail["input"]
    match detail["type"]:
        case "int_type" | "int_from_float" | "float_type":
            return _number(value, is_whole=detail["type"] != "float_type")
        case "bool_type":
            return _switch(value)
        case "string_type":
            return _EMPTY if value is None else "Put it in quotes." if not isinstance(value, dict | list) else ""
        case "literal_error":
            return _choice(value, choices(detail))
        case "string_pattern_mismatch":
            return _name(value, detail["ctx"]["pattern"])
        case "tuple_type":
            return _list(value, below(annotation, 0))
        case "model_attributes_type":
            return of_kind(value, annotation)
        case "dict_type" | "model_type":
            return _mapping(value, models(annotation))
        case _:
            return ""


def _number(value: Any, *, is_whole: bool) -> str:
    if value is None:
        return _EMPTY
    if isinstance(value, list):
        is_one = len(value) == 1 and isinstance(value[0], int | float)
        return f"Write {flow(value[0])}." if is_one else "Write one number, not a list."
    if isinstance(value, str):
        return _number_as_text(value, is_whole=is_whole)
    return f"Write {int(value)}." if is_whole and isinstance(value, float) and value.is_integer() else ""


def _number_as_text(text: str, *, is_whole: bool) -> str:
    """Say how to write text that is a number in another notation: in quotes, 1_000, 0x10, 50%."""
    number = _parsed(text[:100].replace("_", "").replace(",", ""))
    if number is None or (is_whole and number != int(number)):
        return ""
    if NUMBER.fullmatch(text) and (not is_whole or text.lstrip("+-").isdigit()):
        return "Remove the quotes."
    return f"Write {int(number) if is_whole else number}."


def _parsed(text: str) -> int | float | None:
    readings: tuple[Callable[[str], int | float], ...] = (_any_base, float, _percentage)
    for read in readings:
        try:
            number = read(text)
        except ValueError:
            continue
        return number if math.isfinite(number) else None
    return None


def _any_base(text: str) -> int:
    return int(text, 0)


def _percentage(text: str) -> float:
    return float(text.removesuffix("%")) / 100


def _switch(value: Any) -> str:
    if value is None:
        return _EMPTY
    word = str(value).lower()
    if word in {"true", "false"}:
        return "Remove the quotes."
    return "Write true." if word in _TRUE else "Write false." if word in _FALSE else ""


def _choice(value: Any, words: list[str]) -> str:
    if value is None:
        return _EMPTY
    if isinstance(value, dict | list):
        inner = next(iter(value.values() if isinstance(value, dict) else value), None) if len(value) == 1 else None
        return f"Write {inner}." if inner in words else f"Write one of {', '.join(words)}."
    if isinstance(value, str) and (number := _number_as_text(value, is_whole=True)):
        return number
    return suggest(str(value), words)


def _name(value: Any, pattern: str) -> str:
    """Return the name that differs least from what was written, if there is one."""
    last = str(value).rsplit("/", 1)[-1]
    if last != value and re.match(pattern, last):
        return f"Write the name alone: {last}."
    for separator in ("-", "_"):
        name = re.sub(r"[^a-z0-9]+", separator, str(value)[:100].lower()).strip(separator)
        if name and re.match(pattern, name):
            return f"Write {name}."
    return ""


def _list(value: Any, item: Any) -> str:
    if value is None:
        return "Write a list, or remove the key."
    if isinstance(value, str) and value in kinds(item):
        return f"Write [{with_kind(value, item)}]."
    if isinstance(value, dict):
        return (
            f"Write [{flow(value)}]."
            if "kind" in value
            else "Write a list: begin each item with `- `; a variant changes one of them by its path, with dots."
        )
    return f"Write [{value}]." if isinstance(value, str) else f"Write [{flow(value)}]."


def _mapping(value: Any, expected: list[type[BaseModel]]) -> str:
    needed = [field for model in expected[:1] for field in required_fields(model)]
    known = [field for model in expected[:1] for field in field_names(model)]
    if value is None:
        return "Write {} for nothing in it, or remove the key." if not needed else "Write its keys below it."
    if value is True and known and not needed:
        return "Write {} for its defaults."
    return f"Write `key: value`, with the keys {', '.join(known)}." if known else "Write `key: value`."
