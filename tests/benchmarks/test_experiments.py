from __future__ import annotations

import ast
from pathlib import Path

import pytest

from ablation.spec import load_study
from benchmarks import plain
from benchmarks.experiments import EXPERIMENTS, SPECS, Experiment


def test_specs_are_those_that_are_measured() -> None:
    assert {path.name for path in SPECS.glob("*")} == {each.spec for each in EXPERIMENTS} | {"trivial.yaml"}


@pytest.mark.parametrize(
    ("spec", "trials"),
    [("mnist.yaml", 16), ("imdb.yaml", 7), ("cifar10.yaml", 2), ("flowers.yaml", 6), ("trivial.yaml", 200)],
)
def test_spec_is_valid(spec: str, trials: int) -> None:
    assert len(load_study(SPECS / spec).trials) == trials


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda each: each.name)
def test_plain_script_trains_the_variants_of_the_study(experiment: Experiment) -> None:
    study = load_study(experiment.path, overrides=experiment.overrides)
    assert plain_variants(experiment.plain) == [variant.name for variant in study.variants]


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda each: each.name)
def test_smaller_form_for_scores_is_valid(experiment: Experiment) -> None:
    form = experiment.comparison
    study = load_study(experiment.path, overrides=(*experiment.overrides, *form.overrides), only=form.variants)
    assert tuple(variant.name for variant in study.variants) == form.variants


def plain_variants(module: str) -> list[str]:
    """Return the names in VARIANTS of a plain script, which imports Keras: it is read, not imported."""
    tree = ast.parse(Path(plain.__path__[0], f"{module}.py").read_text(encoding="utf-8"))
    (variants,) = (
        node.value for node in tree.body if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "VARIANTS"
    )
    assert isinstance(variants, ast.Dict)
    return [ast.literal_eval(key) for key in variants.keys if key is not None]
