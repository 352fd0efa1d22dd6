from __future__ import annotations

import math
from typing import Any

import pytest

from ablation.spec import Mark
from ablation.spec.reading.document import Document
from ablation.spec.reading.parsing import parse

SCALARS: dict[str, Any] = {
    "1e-3": 0.001,
    "1E3": 1000.0,
    "1.": 1.0,
    ".5": 0.5,
    "+12": 12,
    "007": 7,
    "-0.25": -0.25,
    "true": True,
    "FALSE": False,
    "~": None,
    "null": None,
    "yes": "yes",
    "on": "on",
    "No": "No",
    "1_000": "1_000",
    "1:30": "1:30",
    "2020-01-01": "2020-01-01",
    "<<": "<<",
    "1e-3x": "1e-3x",
    "'1e-3'": "1e-3",
}


@pytest.mark.parametrize("text", SCALARS)
def test_scalar_is_read_as_yaml_1_2_says(text: str) -> None:
    value = parse(text, file="spec.yaml").data
    assert value == SCALARS[text]
    assert type(value) is type(SCALARS[text])


def test_scalars_that_are_not_finite_are_floats() -> None:
    value = parse("[.inf, -.INF, .NaN]", file="spec.yaml").data
    assert value[:2] == [math.inf, -math.inf]
    assert math.isnan(value[2])


def test_every_value_knows_its_line() -> None:
    document = parse("a: 1\nb:\n  - 2\n  - c: 3\n    d: 4\n", file="spec.yaml")
    assert document.data == {"a": 1, "b": [2, {"c": 3, "d": 4}]}
    assert {location: mark.line for location, mark in document.marks.items()} == {
        (): 1,
        ("a",): 1,
        ("b",): 2,
        ("b", 0): 3,
        ("b", 1): 4,
        ("b", 1, "c"): 4,
        ("b", 1, "d"): 5,
    }


def test_value_without_a_mark_of_its_own_has_that_of_what_contains_it() -> None:
    document = parse("a:\n  b: 1\n", file="spec.yaml")
    assert document.mark(("a", "b", "c", "d")) == Mark("spec.yaml", 2)


def test_aliases_are_copies() -> None:
    value = parse("a: &a {b: [1]}\nc: *a\n", file="spec.yaml").data
    value["a"]["b"].append(2)
    assert value["c"] == {"b": [1]}


def test_values_of_one_line_are_told_apart_by_their_column() -> None:
    marks = parse("a: {b: 1, c: 2}\n", file="spec.yaml").marks
    assert [(mark.line, mark.column) for mark in marks.values()] == [(1, 1), (1, 1), (1, 5), (1, 11)]


def test_value_that_is_put_takes_the_marks_of_what_stood_there() -> None:
    document = parse("a: {b: {c: 1}, d: 2}\n", file="spec.yaml")
    document.put(("a", "b"), {"e": 3}, {(): Mark("new", 7), ("e",): Mark("new", 8)})
    assert document.data == {"a": {"b": {"e": 3}, "d": 2}}
    assert document.marks_below(("a",)) == {
        (): Mark("spec.yaml", 1),
        ("b",): Mark("new", 7),
        ("b", "e"): Mark("new", 8),
        ("d",): Mark("spec.yaml", 1),
    }
    assert ("a", "b", "c") not in document.marks


def test_document_has_nothing_where_nothing_stands() -> None:
    document = Document({"a": [1], "b": 2})
    assert [document.at(place) for place in [("a", 0), ("a", 1), ("a", "x"), ("b", "c"), ("d",)]] == [1, *[None] * 4]


def test_what_cannot_be_read_is_told_and_the_rest_is_read() -> None:
    document = parse("a: !!int x\nb: 1\nb: 2\n3: 4\n", file="spec.yaml")
    assert document.data == {"a": None, "b": 1}
    assert document.unread == [("a",)]
    assert [str(problem.mark) for problem in document.problems] == ["spec.yaml:1", "spec.yaml:3", "spec.yaml:4"]
