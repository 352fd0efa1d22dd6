"""Findings of a file: the line that is named, and that errors stop where warnings do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from .documents import OPTIMIZER, changed, load, problems

WRONG = {
    "layer": (
        "- {kind: flatten, name: flat}",
        "- {kind: max_pooling2d, name: pool}",
        8,
        "model.layers.pool",
        "takes images of shape (height, width, channels); got (8, 8) from the samples",
    ),
    "setting": ("units: 10", "units: 7", 11, "model.layers.output.units", "is 7, but 10 outputs are needed"),
    "setting_left_out": (
        "dataset: digits",
        "dataset: imdb",
        2,
        "data.encode",
        "is missing: imdb holds sequences",
    ),
    "step": (
        "{kind: rescale, scale: 0.0625}",
        "{kind: grayscale}",
        5,
        "data.normalize.0",
        "takes images of red, green and blue",
    ),
    "monitor": (
        "  epochs: 2\n",
        "  epochs: 2\n  early_stopping: {monitor: val_los}\n",
        15,
        "training.early_stopping.monitor",
        "no metric of the history is named 'val_los'",
    ),
    "phase": (
        "  epochs: 2\n",
        "  epochs: 2\n  phases:\n    - {name: late, epochs: 1, freeze: [hiden]}\n",
        16,
        "training.phases.late.freeze.0",
        "'hiden' matches no layer",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_finding_of_a_file_names_its_line(tmp_path: Path, case: str) -> None:
    old, new, line, path, message = WRONG[case]
    (problem,) = problems(tmp_path, changed(old, new))
    assert (problem.mark.line, problem.path) == (line, path)
    assert message in problem.message


def test_finding_of_one_variant_names_the_line_of_its_change(tmp_path: Path) -> None:
    text = changed("  plain: {}\n", "  plain: {}\n  small: {set: {model.layers.output.units: 3}}\n")
    (problem,) = problems(tmp_path, text)
    assert (problem.mark.line, problem.path) == (18, "model.layers.output.units")


def test_warnings_are_kept_with_the_study_each_once(tmp_path: Path) -> None:
    study = load(tmp_path, changed("{fraction: 0.25}", "{use: test}"))
    (warning,) = study.warnings
    assert (warning.mark.line, warning.path) == (4, "data.validation.use")
    assert "the data that chooses is the data that judges" in warning.message


def test_override_that_fits_no_layer_is_reported_as_its_own_place(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, overrides=("model.layers.output.units=3",))
    assert str(problem.mark) == "--set model.layers.output.units=3"


def test_optimizer_is_no_matter_of_these_checks(tmp_path: Path) -> None:
    assert load(tmp_path, changed(OPTIMIZER, "  optimizer: {kind: lion}\n")).warnings == ()
