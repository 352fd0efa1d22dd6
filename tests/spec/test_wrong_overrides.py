"""`--set` that is wrong: it is its own place."""

from __future__ import annotations

from pathlib import Path

import pytest

from .documents import problems

WRONG_OVERRIDES = {
    "training.epochs": ("", "must be PATH=VALUE", "For example --set training.epochs=3"),
    "training.epochs=two": ("training.epochs", "must be a whole number", "got 'two'"),
    "training.epochs='3'": ("training.epochs", "must be a whole number", "Remove the quotes."),
    "training.epochs=": ("training.epochs", "must be a whole number", "got nothing."),
    "training.epochs=3,000": ("training.epochs", "must be a whole number", "got '3,000'. Write 3000."),
    "training.epoch=3": ("training.epoch", "unknown key", "Did you mean epochs?"),
    "epochs=3": ("epochs", "unknown key", "It belongs in training."),
    "model.layers.x.units=1": ("model.layers.x.units", "matches nothing", "Choose from: drop, flat, hidden, output."),
    "=1": ("", "matches nothing", "'' is not a path"),
    "training..epochs=1": ("training..epochs", "matches nothing", "is not a path; write it like"),
    "seeds=[1": ("", "not YAML: a list that is not closed", "the bracket `]`"),
    "seeds={a: 1, a: 2}": ("a", "duplicate key", "It is already set in line 1."),
    "study=!!bool maybe": ("", "cannot be read as true or false", "Write plain text"),
    "seeds=[0, 0]": ("seeds.1", "seed 0 is listed twice", "Remove one."),
    "data.dataset=nowhere": ("data.dataset", "no dataset is named 'nowhere'", "Choose from: "),
    "compare.baseline=x": ("compare.baseline", "no variant is named 'x'", "Choose from: plain, dropout."),
    "model.layers.hidden.kernel_regularizer.factor=1": (
        "model.layers.hidden.kernel_regularizer.kind",
        "needs a kind",
        "Write {kind: ...}, one of l1, l2, l1_l2, orthogonal.",
    ),
    "model.layers.hidden.kernel_regularizer=l2": (
        "model.layers.hidden.kernel_regularizer",
        "must be a mapping with a kind",
        "Write {kind: l2}.",
    ),
    "extends=base.yaml": ("extends", "unknown key", "Choose from: study,"),
}


@pytest.mark.parametrize("override", WRONG_OVERRIDES)
def test_override_that_is_wrong_is_reported_as_its_own_place(tmp_path: Path, override: str) -> None:
    path, message, hint = WRONG_OVERRIDES[override]
    found = problems(tmp_path, overrides=(override,))
    assert {str(problem.mark) for problem in found} == {f"--set {override}"}
    assert found[0].path == path
    assert message in found[0].message
    assert hint in found[0].hint


def test_override_that_reaches_several_layers_is_reported_once(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, overrides=("model.layers.*.enabled=yes",))
    assert problem.message == "must be true or false"


def test_two_wrong_overrides_are_both_reported(tmp_path: Path) -> None:
    found = problems(tmp_path, overrides=("model.layers.x.units=1", "model.layers.y.units=1"))
    assert [problem.path for problem in found] == ["model.layers.x.units", "model.layers.y.units"]
