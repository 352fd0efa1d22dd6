from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from ablation.spec import Study, TrialSpec, Validation
from ablation.spec.losses import CategoricalCrossentropy
from ablation.spec.optimizers import Adam

from .documents import SMALL, changed, load

SHORTEST = """\
study: shortest
data: {dataset: digits}
model: {layers: [{kind: flatten, name: flat}, {kind: dense, name: output, units: 10}]}
training: {epochs: 1}
"""


def names(study: Study) -> list[str]:
    return [variant.name for variant in study.variants]


def test_trials_are_every_variant_with_every_seed_in_the_order_of_the_file(tmp_path: Path) -> None:
    trials = load(tmp_path, changed("[0, 1]", "[7, 3]")).trials
    assert [(trial.variant, trial.seed) for trial in trials] == [
        ("plain", 7),
        ("plain", 3),
        ("dropout", 7),
        ("dropout", 3),
    ]


def test_seeds_as_a_number_count_from_zero(tmp_path: Path) -> None:
    assert load(tmp_path, changed("[0, 1]", "4")).seeds == (0, 1, 2, 3)


def test_spec_of_required_keys_alone_has_the_defaults(tmp_path: Path) -> None:
    study = load(tmp_path, SHORTEST)
    assert (names(study), study.seeds, study.baseline) == (["baseline"], (0, 1, 2), "baseline")
    spec = study.variants[0].spec
    assert spec.data.validation == Validation(fraction=0.2)
    assert spec.training.optimizer == Adam(kind="adam", learning_rate=0.001)
    assert spec.training.loss == CategoricalCrossentropy(kind="categorical_crossentropy")
    assert (spec.training.metrics, spec.training.batch_size) == (("accuracy",), 32)


def test_disabled_layers_are_gone_from_the_trial(tmp_path: Path) -> None:
    plain, dropout = (variant.spec.model.layers for variant in load(tmp_path).variants)
    assert [layer.name for layer in plain] == ["flat", "hidden", "output"]
    assert [layer.name for layer in dropout] == ["flat", "hidden", "drop", "output"]


def test_variant_keeps_what_it_changes(tmp_path: Path) -> None:
    assert [variant.changes for variant in load(tmp_path).variants] == [{}, {"model.layers.drop.enabled": True}]


def test_only_keeps_variants_in_the_order_of_the_file(tmp_path: Path) -> None:
    assert names(load(tmp_path, only=("dropout", "plain"))) == ["plain", "dropout"]


def test_only_keeps_the_baseline_which_every_comparison_needs(tmp_path: Path) -> None:
    assert names(load(tmp_path, only=("dropout",))) == ["plain", "dropout"]


def test_baseline_is_the_first_variant_of_the_file_whatever_is_kept(tmp_path: Path) -> None:
    text = changed(", baseline: plain", "")
    assert load(tmp_path, text).baseline == "plain"
    assert load(tmp_path, text, only=("dropout",)).baseline == "plain"


def test_variant_equal_to_another_but_not_to_the_baseline_is_allowed(tmp_path: Path) -> None:
    text = changed("compare:", "  again: {set: {model.layers.drop.enabled: true}}\ncompare:")
    assert names(load(tmp_path, text)) == ["plain", "dropout", "again"]


def test_override_applies_to_every_variant(tmp_path: Path) -> None:
    study = load(tmp_path, overrides=("training.epochs=5", "seeds=[4]", 'question="why: so?"'))
    assert [variant.spec.training.epochs for variant in study.variants] == [5, 5]
    assert (study.seeds, study.spec.question) == ((4,), "why: so?")


def test_trial_spec_survives_a_journey_as_json(tmp_path: Path) -> None:
    for variant in load(tmp_path).variants:
        assert TrialSpec.model_validate_json(variant.spec.model_dump_json()) == variant.spec


def test_trial_is_frozen(tmp_path: Path) -> None:
    trial = load(tmp_path).trials[0]
    with pytest.raises(ValidationError, match="frozen"):
        trial.seed = 3  # type: ignore[misc]


def test_output_activation_is_that_of_the_last_enabled_layer(tmp_path: Path) -> None:
    off = "    - {kind: activation, name: soft, activation: softmax, enabled: false}\ntraining:"
    text = changed("model.layers.drop.enabled", "model.layers.soft.enabled", changed("training:", off))
    assert [variant.spec.model.output_activation for variant in load(tmp_path, text).variants] == ["linear", "softmax"]


def test_small_spec_of_these_tests_is_valid(tmp_path: Path) -> None:
    assert len(load(tmp_path, SMALL).trials) == 4
