"""A small spec whose lines are counted in the tests, and ways to change it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from ablation.spec import Problem, SpecError, Study, load_study

SMALL = """\
study: small
data:
  dataset: digits
  validation: {fraction: 0.25}
  normalize: [{kind: rescale, scale: 0.0625}]
model:
  layers:
    - {kind: flatten, name: flat}
    - {kind: dense, name: hidden, units: 8, activation: relu}
    - {kind: dropout, name: drop, rate: 0.5, enabled: false}
    - {kind: dense, name: output, units: 10}
training:
  optimizer: {kind: sgd, learning_rate: 0.1}
  epochs: 2
seeds: [0, 1]
variants:
  plain: {}
  dropout: {set: {model.layers.drop.enabled: true}}
compare: {metric: val_loss, baseline: plain}
"""
OPTIMIZER = "  optimizer: {kind: sgd, learning_rate: 0.1}\n"


def changed(old: str, new: str, text: str = SMALL) -> str:
    """Replace what stands in the text exactly once."""
    assert text.count(old) == 1, f"{old!r} must stand in the text once"
    return text.replace(old, new)


def load(
    directory: Path, text: str | bytes = SMALL, *, overrides: tuple[str, ...] = (), only: tuple[str, ...] = ()
) -> Study:
    """Load a spec that is written as `spec.yaml`."""
    path = directory / "spec.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_study(path, overrides=overrides, only=only)


def problems(
    directory: Path, text: str | bytes = SMALL, *, overrides: tuple[str, ...] = (), only: tuple[str, ...] = ()
) -> tuple[Problem, ...]:
    """Return what is wrong with a spec that cannot be loaded."""
    with pytest.raises(SpecError) as raised:
        load(directory, text, overrides=overrides, only=only)
    return raised.value.problems


class Wrong(NamedTuple):
    """What stands in the small spec, what a person wrote instead, and the one problem that is reported of it."""

    old: str
    new: str
    line: int
    path: str
    message: str
    hint: str


def assert_reported(directory: Path, wrong: Wrong, text: str = SMALL) -> None:
    """One problem, in the file, at its line and path, that says what and what to do."""
    (problem,) = problems(directory, changed(wrong.old, wrong.new, text))
    assert problem.mark.file == str(directory / "spec.yaml")
    assert (problem.mark.line, problem.path) == (wrong.line, wrong.path)
    assert wrong.message in problem.message
    assert wrong.hint in problem.hint
