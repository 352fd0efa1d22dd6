from __future__ import annotations

import math
from typing import Any

import pytest

from ablation.spec import Mark
from ablation.spec.reading.document import Document, parse

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
    value, _ = parse(text, file="spec.yaml")
    assert value == SCALARS[text]
    assert type(value) is type(SCALARS[text])


def test_scalars_that_are_not_finite_are_floats() -> None:
    value, _ = parse("[.inf, -.INF, .NaN]", file="spec.yaml")
    assert value[:2] == [math.inf, -math.inf]
    assert math.isnan(value[2])


def test_every_value_knows_its_line() -> None:
    value, marks = parse("a: 1\nb:\n  - 2\n  - c: 3\n    d: 4\n", file="spec.yaml")
    assert value == {"a": 1, "b": [2, {"c": 3, "d": 4}]}
    assert {location: mark.line for location, mark in marks.items()} == {
        (): 1,
        ("a",): 1,
        ("b",): 2,
        ("b", 0): 3,
        ("b", 1): 4,
        ("b", 1, "c"): 4,
        ("b", 1, "d"): 5,
    }


def test_value_without_a_mark_of_its_own_has_that_of_what_contains_it() -> None:
    value, marks = parse("a:\n  b: 1\n", file="spec.yaml")
    assert Document(value, marks).mark(("a", "b", "c", "d")) == Mark("spec.yaml", 2)


def test_aliases_are_copies() -> None:
    value, _ = parse("a: &a {b: [1]}\nc: *a\n", file="spec.yaml")
    value["a"]["b"].append(2)
    assert value["c"] == {"b": [1]}
