"""All mistakes in one report, each once, in the order of the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic_core import PydanticCustomError

from ablation.spec import Mark, Problem
from ablation.spec.reading.problems import Note, Report
from ablation.spec.reading.showing import shown
from ablation.spec.reading.suggesting import nearest, suggest
from ablation.spec.reading.wording import message

from .documents import changed, problems


def test_two_mistakes_are_both_reported(tmp_path: Path) -> None:
    text = changed("epochs: 2", "epochs: two", changed("rate: 0.5", "rate: 1.4"))
    assert [(found.mark.line, found.path) for found in problems(tmp_path, text)] == [
        (10, "model.layers.drop.rate"),
        (14, "training.epochs"),
    ]


def test_mistakes_of_every_sort_come_in_one_report(tmp_path: Path) -> None:
    text = changed("epochs: 2", "epochs: two\n  epochs: 3", changed("rate: 0.5", "rate: 1.4"))
    text = changed("units: 10", "units: 9", changed("[0, 1]", "[0, 0]", text))
    text = changed(
        "model.layers.drop.enabled: true", "model.layers.crop.enabled: true, training.batch_size: none", text
    )
    text = changed("{metric: val_loss, baseline: plain}", "{metric: loss, baseline: plan}", text)
    found = problems(tmp_path, text, overrides=("nothing", "colour=red"), only=("y",))
    assert [(str(problem.mark).removeprefix(f"{tmp_path}/"), problem.path) for problem in found] == [
        ("spec.yaml:10", "model.layers.drop.rate"),
        ("spec.yaml:14", "training.epochs"),
        ("spec.yaml:15", "training.epochs"),
        ("spec.yaml:16", "seeds.1"),
        ("spec.yaml:19", "variants.dropout.set.model.layers.crop.enabled"),
        ("spec.yaml:19", "training.batch_size"),
        ("spec.yaml:20", "compare.baseline"),
        ("--set nothing", ""),
        ("--set colour=red", "colour"),
        ("--only y", ""),
    ]


def test_mistakes_in_two_variants_are_both_reported(tmp_path: Path) -> None:
    text = changed("plain: {}", "plain: {set: {training.epochs: x}}", changed("drop.enabled: true", "drop.rate: 2"))
    assert [(found.mark.line, found.path) for found in problems(tmp_path, text)] == [
        (17, "training.epochs"),
        (18, "model.layers.drop.rate"),
    ]


def test_same_problem_of_one_place_is_said_once_by_whichever_path() -> None:
    report = Report()
    here = Mark("spec.yaml", 3, 7)
    report.add([Problem(here, "model.layers.a.units", "wrong"), Problem(here, "model.layers.b.units", "wrong")])
    report.add([Problem(Mark("spec.yaml", 3, 9), "model.layers.b.units", "wrong")])
    assert [problem.path for problem in report.problems] == ["model.layers.a.units", "model.layers.b.units"]


def test_note_is_added_where_no_line_of_the_variant_is_named() -> None:
    report = Report()
    note = Note("In variant a.", frozenset({Mark("spec.yaml", 9)}))
    report.add([Problem(Mark("spec.yaml", 9), "x", "wrong"), Problem(Mark("spec.yaml", 3), "y", "wrong")], note=note)
    assert [problem.hint for problem in report.problems] == ["In variant a.", ""]


def test_warning_is_no_error() -> None:
    report = Report()
    report.add([Problem(Mark("a", 1), "x", "odd", severity="warning"), Problem(Mark("a", 2), "y", "wrong")])
    assert [problem.message for problem in report.errors] == ["wrong"]


SHOWN = [
    (None, "nothing"),
    (True, "true"),
    ("a", "'a'"),
    ("", "''"),
    (8, "8"),
    (1e-3, "0.001"),
    (float("inf"), ".inf"),
    ([1, "a", None], "[1, a, null]"),
    ({"kind": "l2", "name": "1"}, "{kind: l2, name: '1'}"),
    ("a\nb", "'a\\nb'"),
    ("\x1b[31m", "'\\x1b[31m'"),
    ("x" * 99, "'" + "x" * 56 + "..."),
]


@pytest.mark.parametrize(("value", "text"), SHOWN)
def test_value_is_shown_as_yaml(value: object, text: str) -> None:
    assert shown(value) == text


NEAREST = [
    ("activaton", "activation"),
    ("kernelSize", "kernel_size"),
    ("Kernel-Size", "kernel_size"),
    ("ReLU", "relu"),
    ("ks", "kernel_size"),
    ("colour", None),
    ("k", None),
    ("", None),
]


@pytest.mark.parametrize(("word", "choice"), NEAREST)
def test_nearest_word_is_found_by_letters_and_initials(word: str, choice: str | None) -> None:
    assert nearest(word, ["activation", "kernel_size", "relu", "units"]) == choice


def test_choices_are_listed_unless_there_are_too_many() -> None:
    assert suggest("x", ["aa", "bb"]) == "Choose from: aa, bb."
    assert suggest("x", []) == suggest("x", [f"name{index}" for index in range(61)]) == ""


@pytest.mark.parametrize("kind", ["is_instance_of", "url_parsing", "recursion_loop"])
def test_error_of_pydantic_that_is_not_expected_has_no_odd_words(kind: str) -> None:
    assert message({"type": kind, "msg": "Input should be an instance of tuple"}) == "is not valid here"


def test_error_of_the_language_itself_keeps_its_words() -> None:
    error = PydanticCustomError("one_choice", "give one")
    assert message({"type": error.type, "msg": error.message()}) == "give one"
