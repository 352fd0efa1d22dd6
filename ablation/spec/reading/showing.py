"""What stands in a spec, as a person would write it: in YAML, short."""

from __future__ import annotations

import math
import re
from typing import Any

MAX_LENGTH = 60
_PLAIN = re.compile(r"[A-Za-z_][\w.*/-]*")
_READ_OTHERWISE = {"true", "false", "null"}


def shown(value: Any) -> str:
    """Write a value for a message: text in quotes, nothing for null, at most 60 characters."""
    text = "nothing" if value is None else f"'{value}'" if isinstance(value, str) else flow(value)
    return printable(text if len(text) <= MAX_LENGTH else text[: MAX_LENGTH - 3] + "...")


def flow(value: Any) -> str:
    """Write a value in one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    if isinstance(value, str) and (not _PLAIN.fullmatch(value) or value.lower() in _READ_OTHERWISE):
        return repr(value)
    return str(value)


def printable(text: str) -> str:
    """Write what a terminal would act on, instead of showing it, as Python does."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)
