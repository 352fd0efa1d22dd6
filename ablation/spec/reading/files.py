"""The file of a spec."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ablation.spec.reading.document import Document
from ablation.spec.reading.parsing import parse
from ablation.spec.reading.problems import Mark, Problem, SpecError

MAX_BYTES = 1_000_000


def read_document(path: Path) -> Document:
    """Read a spec file.

    Raises:
        SpecError: The file cannot be read, is not UTF-8, is too large, is not YAML, or does not hold a mapping.
    """
    file = str(path)
    document = parse(_text(path), file=file)
    if not isinstance(document.data, dict):
        message = f"a spec must be a mapping of keys to values, got {_named(document.data)}"
        hint = "Begin with `study: my-study`; specs/quickstart.yaml is a complete example."
        raise SpecError([*document.problems, Problem(Mark(file, 1), "", message, hint)])
    return document


def _named(value: Any) -> str:
    return {list: "a list", str: "text", type(None): "nothing"}.get(type(value), "a single value")


def _text(path: Path) -> str:
    mark = Mark(str(path))
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        hint = "Check the path; `ls specs` shows the studies of this project."
        reason = error.strerror if isinstance(error, OSError) else error
        raise SpecError([Problem(mark, "", f"cannot be read: {reason}", hint)]) from error
    if len(raw) > MAX_BYTES:
        hint = "A spec is a page of text: is this the right file?"
        raise SpecError([Problem(mark, "", f"larger than {MAX_BYTES:,} bytes", hint)])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise SpecError([Problem(Mark(str(path), line), "", "not UTF-8", "Save the file as UTF-8.")]) from error
