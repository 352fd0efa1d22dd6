"""The models of the shipped studies: as many weights as a reader works out, and a step of training each."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import keras
import numpy as np
import pytest

from ablation.catalogue import catalogue
from ablation.data import Array, Prepared, Split
from ablation.evaluation import head_of
from ablation.model import ModelSummary, build_model, summarize
from ablation.spec import ModelSpec, Study, Trial, load_study, model_shapes
from ablation.training.fitting import fit, predict
from ablation.training.folder import Folder

from .spec.shipped import SPECS, VARIANTS

# Published weights need a download; the network is the same without them.
OVERRIDES = {"seeds/flowers_transfer.yaml": ("model.layers.mobilenet.weights=none",)}
# Of one sample, after encoding and normalising.
SHAPES = {
    "cifar10": (32, 32, 3),
    "diabetes": (10,),
    "digits": (8, 8),
    "flowers": (192, 192, 3),
    "imdb": (10_000,),
    "mnist": (28, 28),
}

# A dense layer has inputs * units + units weights, a convolution height * width * inputs * filters + filters, a
# normalisation 4 a feature: gamma, beta, moving mean and moving variance.
QUICKSTART = 64 * 128 + 128 + 128 * 128 + 128 + 128 * 10 + 10
MNIST_NET = 784 * 256 + 256 + 256 * 128 + 128 + 128 * 10 + 10
CIFAR_CONVOLUTIONS = 3 * 3 * 3 * 32 + 32 + 3 * 3 * 32 * 32 + 32 + 3 * 3 * 32 * 64 + 64 + 3 * 3 * 64 * 64 + 64
# 32 -same-> 32 -valid-> 30 -pool-> 15 -same-> 15 -valid-> 13 -pool-> 6 pixels a side
CIFAR_BASE = CIFAR_CONVOLUTIONS + 6 * 6 * 64 * 512 + 512 + 512 * 10 + 10
# 32 -valid-> 30 -valid-> 28 -pool-> 14 -valid-> 12 -valid-> 10 -pool-> 5 pixels a side
CIFAR_VALID = CIFAR_CONVOLUTIONS + 5 * 5 * 64 * 512 + 512 + 512 * 10 + 10
# MobileNetV2 without its top, as Keras documents it; 192 pixels become 6, with 1,280 channels.
MOBILENET_V2 = 2_257_984
FLOWERS_TRANSFER = MOBILENET_V2 + 6 * 6 * 1280 * 5 + 5
# 8 -pool-> 4 -pool-> 2 pixels a side
RECIPE = 3 * 3 * 1 * 64 + 64 + 3 * 3 * 64 * 64 + 64 + 2 * 2 * 64 * 128 + 128 + 128 * 10 + 10
RECIPE_WITHOUT_BIAS = 3 * 3 * 1 * 64 + 3 * 3 * 64 * 64 + 2 * 2 * 64 * 128 + 128 * 10
RECIPE_256_FILTERS = 3 * 3 * 1 * 256 + 256 + 3 * 3 * 256 * 256 + 256 + 2 * 2 * 256 * 128 + 128 + 128 * 10 + 10
REGRESSION_PLAIN = 3 * 1 * 64 + 64 + 3 * 64 * 64 + 64 + 10 * 64 * 1 + 1
REGRESSION = REGRESSION_PLAIN + 4 * (64 + 64)
# 28 -valid-> 26 -pool-> 13 -valid-> 11 -pool-> 5 pixels a side
SMALL_CONVOLUTIONS = 3 * 3 * 1 * 32 + 32 + 3 * 3 * 32 * 32 + 32 + 5 * 5 * 32 * 128 + 128 + 128 * 10 + 10
MODERN_PLAIN = 3 * 3 * 3 * 32 + 32 + 3 * 3 * 32 * 64 + 64 + 3 * 3 * 64 * 128 + 128 + 128 * 10 + 10
MODERN = MODERN_PLAIN + 4 * (32 + 64 + 128)

# What most variants of a study have, then those that have another number.
PARAMETERS: dict[str, tuple[int, dict[str, int]]] = {
    "quickstart.yaml": (QUICKSTART, {"batch_norm": QUICKSTART + 4 * (128 + 128)}),
    "seeds/cifar10_regularization.yaml": (
        CIFAR_BASE,
        {
            "valid_padding": CIFAR_VALID,
            "batch_norm": CIFAR_BASE + 4 * (32 + 32 + 64 + 64 + 512),
            "final": CIFAR_VALID + 4 * (32 + 32 + 64 + 64 + 512),
            "axis_1": CIFAR_VALID + 4 * (30 + 28 + 12 + 10 + 512),  # heights instead of channels
        },
    ),
    "seeds/flowers_transfer.yaml": (
        FLOWERS_TRANSFER,
        {"dense": 192 * 192 * 3 * 500 + 500 + 500 * 50 + 50 + 50 * 5 + 5},
    ),
    "seeds/imdb_overfitting.yaml": (
        10_000 * 16 + 16 + 16 * 16 + 16 + 16 * 1 + 1,
        {
            "smaller": 10_000 * 4 + 4 + 4 * 4 + 4 + 4 * 1 + 1,
            "bigger": 10_000 * 512 + 512 + 512 * 512 + 512 + 512 * 1 + 1,
        },
    ),
    "seeds/mnist_activation.yaml": (MNIST_NET, {}),
    "seeds/mnist_base.yaml": (MNIST_NET, {}),
    "seeds/mnist_batch_size.yaml": (MNIST_NET, {}),
    "seeds/mnist_dropout.yaml": (MNIST_NET, {}),
    "seeds/mnist_epochs.yaml": (MNIST_NET, {}),
    "seeds/mnist_layers.yaml": (
        MNIST_NET,
        {
            "b_256_128_128_128": MNIST_NET + 2 * (128 * 128 + 128),
            "c_256_1568": 784 * 256 + 256 + 256 * 1568 + 1568 + 1568 * 10 + 10,
        },
    ),
    "seeds/mnist_learning_rate.yaml": (MNIST_NET, {}),
    "seeds/mnist_loss.yaml": (MNIST_NET, {}),
    "seeds/mnist_optimizer.yaml": (MNIST_NET, {}),
    "seeds/tips_recipe.yaml": (
        RECIPE,
        {"without_bias": RECIPE_WITHOUT_BIAS, "without_few_filters": RECIPE_256_FILTERS},
    ),
    "seeds/tips_regression.yaml": (REGRESSION, {"no_batch_norm": REGRESSION_PLAIN}),
    "starters/dataset_size.yaml": (784 * 128 + 128 + 128 * 128 + 128 + 128 * 10 + 10, {}),
    "starters/dropout_weight_decay_augmentation.yaml": (SMALL_CONVOLUTIONS, {}),
    "starters/leave_one_out_recipe.yaml": (MODERN, {"without_batch_norm": MODERN_PLAIN}),
}
LARGE = "seeds/flowers_transfer.yaml"
EVERY_VARIANT = [(name, variant) for name, variants in VARIANTS.items() for variant in variants]
BUILT_VARIANTS = [
    pytest.param(name, variant, marks=pytest.mark.slow if name == LARGE else ()) for name, variant in EVERY_VARIANT
]
SAMPLES = 4


@cache
def study_of(name: str) -> Study:
    return load_study(SPECS / name, overrides=OVERRIDES.get(name, ()))


def trial_of(name: str, variant: str) -> Trial:
    return next(trial for trial in study_of(name).trials if (trial.variant, trial.seed) == (variant, 0))


def build(trial: Trial) -> keras.Model:
    return build_model(trial.spec.model, input_shape=SHAPES[trial.spec.data.dataset], seed=trial.seed)


@cache
def summary_of(model: ModelSpec, dataset: str) -> ModelSummary:
    """Build a model, once for all variants that share it."""
    return summarize(build_model(model, input_shape=SHAPES[dataset], seed=0))


def expected_parameters(name: str, variant: str) -> int:
    most, others = PARAMETERS[name]
    return others.get(variant, most)


def samples(dataset: str, seed: int) -> Split:
    """Draw samples of a dataset's shape after its data section, with labels or targets of its form."""
    random, known = np.random.default_rng(seed), catalogue()[dataset]
    x = random.uniform(size=(SAMPLES, *SHAPES[dataset])).astype(np.float32)
    if known.classes is None:
        return Split(x, random.normal(size=(SAMPLES, known.targets)).astype(np.float32))
    return Split(x, random.integers(known.classes, size=SAMPLES).astype(np.int32))


def shortened(trial: Trial) -> Trial:
    """Cut a trial to two steps, as a warm-up starts from a rate of 0, and one of each phase."""
    training = trial.spec.training
    phases = tuple(phase.model_copy(update={"epochs": 1}) for phase in training.phases)
    short = training.model_copy(update={"epochs": 2, "phases": phases, "batch_size": "all"})
    return trial.model_copy(update={"spec": trial.spec.model_copy(update={"training": short})})


def weights(model: keras.Model) -> list[Array]:
    return [np.asarray(weight) for weight in model.trainable_weights]


def test_tables_name_every_shipped_study_and_only_variants_there_are() -> None:
    assert list(PARAMETERS) == list(VARIANTS)
    for name, (_, others) in PARAMETERS.items():
        assert set(others) <= set(VARIANTS[name])


def test_figures_worked_out_are_those_the_write_ups_models_are_known_by() -> None:
    assert PARAMETERS["seeds/imdb_overfitting.yaml"][0] == 160_305
    assert (CIFAR_BASE, CIFAR_VALID, MNIST_NET) == (1_250_858, 890_410, 235_146)


@pytest.mark.parametrize(("name", "variant"), BUILT_VARIANTS)
def test_model_of_variant_has_as_many_weights_as_worked_out_by_hand(name: str, variant: str) -> None:
    spec = trial_of(name, variant).spec
    assert summary_of(spec.model, spec.data.dataset).parameters == expected_parameters(name, variant)
    assert model_shapes(spec.model, SHAPES[spec.data.dataset]).parameters == expected_parameters(name, variant)


@pytest.mark.parametrize(("name", "variant"), BUILT_VARIANTS)
def test_model_of_variant_has_the_outputs_its_loss_needs(name: str, variant: str) -> None:
    spec = trial_of(name, variant).spec
    outputs = {"imdb": 1, "diabetes": 1, "flowers": 5}.get(spec.data.dataset, 10)
    assert summary_of(spec.model, spec.data.dataset).output_shape == (None, outputs)


@pytest.mark.slow
@pytest.mark.parametrize(("variant", "trained"), {"frozen": 6 * 6 * 1280 * 5 + 5, "fine_tuned": 2_454_277}.items())
def test_flowers_backbone_is_frozen_or_trained(variant: str, trained: int) -> None:
    model = trial_of("seeds/flowers_transfer.yaml", variant).spec.model
    # Trained: all but 34,112 moving means and variances.
    assert trained == FLOWERS_TRANSFER - (34_112 if variant == "fine_tuned" else MOBILENET_V2)
    assert summary_of(model, "flowers").trainable_parameters == trained


@pytest.mark.slow
@pytest.mark.parametrize(("name", "variant"), EVERY_VARIANT)
def test_variant_trains_a_step(name: str, variant: str, tmp_path: Path) -> None:
    trial = shortened(trial_of(name, variant))
    dataset = trial.spec.data.dataset
    data = Prepared(samples(dataset, 0), samples(dataset, 1), samples(dataset, 2), normalizer=())
    head = head_of(trial.spec.model, trial.spec.training.loss, catalogue()[dataset].classes)
    model = build(trial)
    before = weights(model)

    log = fit(model, trial, data, head, Folder(tmp_path)).log

    assert len(log.history) == trial.spec.training.total_epochs
    assert all(math.isfinite(value) for row in log.history for value in row.values())
    assert any(not np.array_equal(old, new) for old, new in zip(before, weights(model), strict=True))
    assert {split: len(outputs) for split, outputs in predict(model, data).items()} == dict.fromkeys(
        ("train", "val", "test"), SAMPLES
    )
