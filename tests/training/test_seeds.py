"""Variants of one seed share what does not depend on what they change: split, order, augmentation, initial weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ablation.data import Array, load_prepared, prepare
from ablation.evaluation import head_of
from ablation.model import build_model
from ablation.settings import Settings
from ablation.spec import Trial, find_dataset, load_study
from ablation.training import training_batches
from tests.conftest import TINY

DROPOUT = "    - {kind: dropout, name: drop, rate: 0.5, enabled: false}\n    - {kind: dense, name: output"
STUDY = TINY.replace("    - {kind: dense, name: output", DROPOUT).replace(
    "model:\n", "  augment: [{kind: shift, width: 0.2}]\nmodel:\n", 1
)
VARIANTS = """\
  dropout: {set: {model.layers.drop.enabled: true}}
  normalised: {set: {model.layers.norm.enabled: true, training.optimizer: {kind: adam}}}
  wider: {set: {model.layers.hidden.units: 16}}
"""


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], Trial]:
    path = tmp_path_factory.mktemp("seeds") / "study.yaml"
    path.write_text(STUDY + VARIANTS)
    return {(trial.variant, trial.seed): trial for trial in load_study(path).trials}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(cache_dir=tmp_path_factory.mktemp("cache"))


def read(trial: Trial, settings: Settings) -> dict[str, list[Array]]:
    """Return the samples of each split, and the batches of two epochs as training reads them."""
    dataset = find_dataset(trial.spec.data.dataset)
    assert dataset is not None
    prepared = load_prepared(prepare(trial.spec.data, dataset, trial.seed, settings), settings)
    head = head_of(trial.spec.model, trial.spec.training.loss, dataset.classes)
    batches = training_batches(trial, prepared.train, head)
    found = {"validation": [prepared.validation.read_inputs(slice(0, 30))]}
    for epoch in (0, 1):
        found[f"epoch_{epoch}"] = [np.asarray(batches.batch(epoch, place)[0]) for place in range(len(batches))]
    return found


def start(trial: Trial) -> dict[str, list[Array]]:
    model = build_model(trial.spec.model, input_shape=(8, 8), seed=trial.seed)
    return {layer.name: [np.asarray(weight) for weight in layer.weights] for layer in model.layers if layer.weights}


def is_equal(some: list[Array], others: list[Array]) -> bool:
    return len(some) == len(others) and all(map(np.array_equal, some, others))


@pytest.mark.parametrize("variant", ["l2", "dropout", "normalised", "wider"])
def test_variants_of_a_seed_see_the_same_batches(
    trials: dict[tuple[str, int], Trial], cache: Settings, variant: str
) -> None:
    plain, varied = read(trials["baseline", 1], cache), read(trials[variant, 1], cache)
    assert {name: is_equal(plain[name], varied[name]) for name in plain} == dict.fromkeys(plain, True)


def test_another_seed_sees_other_batches_and_every_epoch_its_own(
    trials: dict[tuple[str, int], Trial], cache: Settings
) -> None:
    plain, other = read(trials["baseline", 0], cache), read(trials["baseline", 1], cache)
    assert {name: is_equal(plain[name], other[name]) for name in plain} == dict.fromkeys(plain, False)
    assert not is_equal(plain["epoch_0"], plain["epoch_1"])


@pytest.mark.parametrize(
    ("variant", "shared"),
    [
        ("l2", {"hidden": True, "output": True}),
        ("dropout", {"hidden": True, "output": True}),
        ("normalised", {"hidden": True, "output": True}),
        ("wider", {"hidden": False, "output": False}),
    ],
)
def test_variants_of_a_seed_start_with_the_same_weights_where_shapes_agree(
    trials: dict[tuple[str, int], Trial], variant: str, shared: dict[str, Any]
) -> None:
    plain, varied = start(trials["baseline", 1]), start(trials[variant, 1])
    assert {name: is_equal(plain[name], varied[name]) for name in plain} == shared
    assert not is_equal(plain["hidden"], start(trials["baseline", 0])["hidden"])
