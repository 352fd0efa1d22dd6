"""What is wrong with text that is not YAML, in words for those who do not know how YAML is scanned."""

from __future__ import annotations

import yaml

from ablation.spec.reading.problems import Mark, Problem

_QUOTES = "Put the text in quotes."
_COLON = "Put text that has a colon in quotes; look at the line before, and at the indentation."
# What PyYAML says, in part; what is wrong; what to do.
_KNOWN = (
    ("character '\\t'", "a tab", "Indent with blanks, not tabs."),
    ("cannot start any token", "text cannot begin with this character", _QUOTES),
    ("undefined alias", "text that begins with * is an alias, and there is no such anchor", _QUOTES),
    ("mapping values are not allowed", "a colon where no key can be", _COLON),
    ("could not find expected ':'", "a line without `key: value`", "Add a colon and a blank, or remove the line."),
    ("unexpected end of stream", "a quote that is not closed", "Close it."),
    ("expected ',' or ']'", "a list that is not closed", "Add the comma or the bracket `]` that is missing."),
    ("expected ',' or '}'", "a mapping that is not closed", "Add the comma or the brace `}` that is missing."),
    ("expected the node content", "a value is missing", "Add it, or close the bracket that is open."),
    ("expected <block end>", "the indentation does not fit", "Indent keys of one section alike, by two blanks."),
    ("but found another document", "a second document", "Remove the line `---`, or put it into another file."),
    ("unknown escape character", "an unknown escape in double quotes", "Use single quotes."),
    ("expected '<document start>'", "text after the end", "Remove it, or open its bracket."),
)
_IN_CONTEXT = (
    ("while scanning an alias", "text that begins with * is an alias", _QUOTES),
    ("while scanning an anchor", "text that begins with & is an anchor", _QUOTES),
    ("while parsing a tag", "text that begins with ! is a tag", _QUOTES),
    ("found duplicate anchor", "an anchor that is set twice", "Give each its own name."),
)


def syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """Say what is wrong, where, and what to do about it."""
    if isinstance(error, yaml.reader.ReaderError):
        line, character = text[: error.position].count("\n") + 1, chr(error.character)
        message, hint = f"not YAML: the character {character!a} is not allowed", "Remove it; it may be invisible."
        return Problem(Mark(file, line), "", message, hint)
    place, message, hint = _explained(error)
    return Problem(Mark(file, place), "", f"not YAML: {message}", hint)


def _explained(error: yaml.YAMLError) -> tuple[int | None, str, str]:
    said, context = str(getattr(error, "problem", None) or error), str(getattr(error, "context", ""))
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else None
    for sought, known in ((context, _IN_CONTEXT), (said, _KNOWN)):
        for part, message, hint in known:
            if part in sought:
                return _begin(error, message, line), message, hint
    return line, said.splitlines()[0], "Check the indentation and quotes of this line."


def _begin(error: yaml.YAMLError, message: str, line: int | None) -> int | None:
    """What is not closed is mended where it begins."""
    begin = getattr(error, "context_mark", None)
    return begin.line + 1 if begin and ("not closed" in message or "without" in message) else line
