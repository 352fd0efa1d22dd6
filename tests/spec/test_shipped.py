from __future__ import annotations

from pathlib import Path

import pytest

from ablation.spec import Study, load_study
from ablation.spec.layers import Dense, Dropout

SPECS = Path(__file__).parents[2] / "specs"


@pytest.fixture(scope="module")
def quickstart() -> Study:
    return load_study(SPECS / "quickstart.yaml")


def test_every_shipped_spec_is_valid() -> None:
    found = sorted(path.relative_to(SPECS).as_posix() for path in SPECS.rglob("*.y*ml"))
    assert {"mnist_learning_rate.yaml", "quickstart.yaml"} <= set(found)  # and a user's own
    for name in found:
        assert load_study(SPECS / name).trials


def test_quickstart_expands_to_fifteen_trials_variant_by_variant(quickstart: Study) -> None:
    names = [trial.name for trial in quickstart.trials]
    assert len(names) == 15
    assert names[:4] == ["baseline seed 0", "baseline seed 1", "baseline seed 2", "l2 seed 0"]
    assert names[-1] == "l2_dropout seed 2"
    assert {trial.study for trial in quickstart.trials} == {"quickstart"}


def test_quickstart_variants_differ_from_the_baseline_where_they_say(quickstart: Study) -> None:
    layers = {variant.name: variant.spec.model.layers for variant in quickstart.variants}
    assert [layer.name for layer in layers["baseline"]] == ["flat", "hidden_1", "hidden_2", "output"]
    assert [layer.name for layer in layers["dropout"] if isinstance(layer, Dropout)] == ["drop_1", "drop_2"]
    assert [layer.name for layer in layers["batch_norm"]][2::2] == ["norm_1", "norm_2"]
    kernels = {layer.name: layer.kernel_regularizer for layer in layers["l2"] if isinstance(layer, Dense)}
    assert str(kernels["hidden_1"]) == str(kernels["hidden_2"]) == "kind='l2' factor=0.003"
    assert kernels["output"] is None


def test_quickstart_variants_share_data_and_training(quickstart: Study) -> None:
    assert len({variant.spec.data.model_dump_json() for variant in quickstart.variants}) == 1
    assert len({variant.spec.training.model_dump_json() for variant in quickstart.variants}) == 1


def test_mnist_learning_rates_are_those_of_the_variants() -> None:
    study = load_study(SPECS / "mnist_learning_rate.yaml")
    rates = {variant.name: variant.spec.training.optimizer.learning_rate for variant in study.variants}
    assert rates == {"lr_0.1": 0.1, "lr_0.01": 0.01, "lr_1.0": 1.0}
    assert len(study.trials) == 9
    assert study.baseline == "lr_0.1"
