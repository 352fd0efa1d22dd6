"""Text that is not YAML, or that YAML reads otherwise than it looks."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from ablation.spec.reading.parsing import MAX_NODES

from .documents import Wrong, assert_reported, problems


class Text(NamedTuple):
    """A whole file, and the first problem that is reported of it."""

    text: str
    line: int | None
    message: str
    hint: str


def not_yaml(old: str, new: str, line: int, message: str, hint: str) -> Wrong:
    return Wrong(old, new, line, "", f"not YAML: {message}", hint)


WRONG_LINES = {
    "tab": not_yaml("  epochs: 2", "\tepochs: 2", 14, "a tab", "Indent with blanks, not tabs."),
    "list_open": not_yaml("[0, 1]", "[0, 1", 15, "a list that is not closed", "Add the comma or the bracket `]`"),
    "mapping_open": not_yaml("{fraction: 0.25}", "{fraction: 0.25", 4, "a mapping that is not closed", "the brace `}`"),
    "quote_open": not_yaml("study: small", "study: 'small", 1, "a quote that is not closed", "Close it."),
    "comma_missing": not_yaml("units: 8, act", "units: 8 act", 9, "a mapping that is not closed", "Add the comma"),
    "colon_inside_text": not_yaml(
        "data:\n", "question: why: so\ndata:\n", 2, "a colon where no key can be", "Put text that has a colon in quotes"
    ),
    "colon_missing": not_yaml("  epochs: 2", "  epochs 2", 14, "a line without `key: value`", "Add a colon"),
    "indentation": not_yaml("  normalize", " normalize", 5, "the indentation does not fit", "by two blanks."),
    "at_sign": not_yaml("study: small", "study: @small", 1, "text cannot begin with this character", "in quotes."),
    "star": not_yaml(
        "study: small", "study: *small", 1, "text that begins with * is an alias", "Put the text in quotes."
    ),
    "star_in_a_path": not_yaml(
        "model.layers.drop.enabled", "*.enabled", 18, "text that begins with * is an alias", "quo"
    ),
    "ampersand": not_yaml(
        "study: small", "study: &", 1, "text that begins with & is an anchor", "Put the text in quotes."
    ),
    "exclamation_mark": not_yaml("study: small", "study: !a! b", 1, "text that begins with ! is a tag", "in quotes."),
    "anchor_twice": not_yaml("[0, 1]", "[&a 0, &a 1]", 15, "an anchor that is set twice", "Give each its own name."),
    "escape": not_yaml("study: small", 'study: "\\q"', 1, "an unknown escape in double quotes", "Use single quotes."),
    "character_invisible": not_yaml("study: small", "study: sm\x07all", 1, "the character '\\x07'", "may be invisible"),
    "second_document": not_yaml(
        "seeds: [0, 1]", "---\nseeds: [0, 1]", 15, "a second document", "Remove the line `---`"
    ),
    "tag_of_python": Wrong(
        "study: small",
        "study: !!python/object/apply:os.getcwd []",
        1,
        "study",
        "unknown tag tag:yaml.org,2002:python/object/apply:os.getcwd",
        "without a tag",
    ),
    "tag_that_does_not_fit": Wrong(
        "study: small", "study: !!bool maybe", 1, "study", "cannot be read as true or false", "plain"
    ),
    "integer_of_5000_digits": Wrong(
        "epochs: 2", f"epochs: {'9' * 5000}", 14, "training.epochs", "a whole number", "plain"
    ),
}


@pytest.mark.parametrize("name", WRONG_LINES)
def test_line_that_is_wrong_is_reported(tmp_path: Path, name: str) -> None:
    assert_reported(tmp_path, WRONG_LINES[name])


TEN = ",".join(["{}"] * 10)
ALIAS_BOMB = "a: &a [{}]\n".format(TEN.replace("{}", "x")) + "".join(
    f"{name}: &{name} [{TEN.replace('{}', '*' + before)}]\n" for before, name in zip("abcd", "bcde", strict=True)
)

WRONG_TEXTS = {
    "alias_bomb": Text(ALIAS_BOMB, 1, f"more than {MAX_NODES:,} values or 60 levels", "Remove the nested anchors."),
    "alias_of_itself": Text("a: &a [*a]\n", 1, "60 levels once its aliases are expanded", "Remove the nested anchors."),
    "a_hundred_levels": Text("a: " + "[" * 100 + "]" * 100, 1, "60 levels", "Remove"),
    "five_thousand_levels": Text("a: " + "[" * 5000 + "]" * 5000, None, "nested too deeply", "Flatten it."),
    "text_after_the_end": Text("{study: a}}\n", 1, "not YAML: text after the end", "Remove it"),
    "bracket_at_the_end": Text(
        "study: a\nseeds: [\n", 3, "not YAML: a value is missing", "Add it, or close the bracket"
    ),
    "list_and_key": Text("- a\nb: 1\n", 2, "not YAML: the indentation does not fit", "Indent keys"),
    "wrong_version": Text("%YAML 3.0\n---\na: 1\n", 1, "incompatible YAML document", "Check the indentation"),
}


@pytest.mark.parametrize("name", WRONG_TEXTS)
def test_text_that_is_wrong_is_reported(tmp_path: Path, name: str) -> None:
    wrong = WRONG_TEXTS[name]
    (problem,) = problems(tmp_path, wrong.text)
    assert (problem.mark.file, problem.mark.line) == (str(tmp_path / "spec.yaml"), wrong.line)
    assert wrong.message in problem.message
    assert wrong.hint in problem.hint


def test_line_that_cannot_be_read_does_not_hide_other_mistakes(tmp_path: Path) -> None:
    text = (
        "study: !!bool maybe\nstudy: other\n3: 4\ndata: {dataset: digits}\nmodel: {layers: []}\ntraining: {epochs: 1}\n"
    )
    assert [(problem.mark.line, problem.path) for problem in problems(tmp_path, text)] == [
        (1, "study"),
        (2, "study"),
        (3, ""),
        (5, "model.layers"),
    ]
