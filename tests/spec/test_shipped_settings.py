"""What the variants of the shipped studies are, held against what the write-ups say."""

from __future__ import annotations

import pytest

from ablation.spec import TrialSpec
from ablation.spec.layers import Backbone, BatchNormalization, Conv2D, Dense, Dropout

from .shipped import MNIST, shipped, variant_of

IMDB = "seeds/imdb_overfitting.yaml"
CIFAR = "seeds/cifar10_regularization.yaml"
FLOWERS = "seeds/flowers_transfer.yaml"
RECIPE = "seeds/tips_recipe.yaml"
REGRESSION = "seeds/tips_regression.yaml"
# The variant of each MNIST study that is the net they all start from; others change it everywhere.
UNCHANGED = {
    "seeds/mnist_batch_size.yaml": "batch_32",
    "seeds/mnist_dropout.yaml": "rate_0.5",
    "seeds/mnist_layers.yaml": "a_256_128",
    "seeds/mnist_learning_rate.yaml": "lr_0.1",
    "seeds/mnist_optimizer.yaml": "sgd",
}


def names(spec: TrialSpec) -> list[str]:
    return [layer.name for layer in spec.model.layers]


def kernels(spec: TrialSpec) -> dict[str, Dense | Conv2D]:
    return {layer.name: layer for layer in spec.model.layers if isinstance(layer, Dense | Conv2D)}


def regularizers(spec: TrialSpec) -> dict[str, str]:
    return {name: str(layer.kernel_regularizer) for name, layer in kernels(spec).items()}


def test_quickstart_variants_differ_from_the_baseline_where_they_say() -> None:
    assert names(variant_of("quickstart.yaml", "baseline")) == ["flat", "hidden_1", "hidden_2", "output"]
    dropout = variant_of("quickstart.yaml", "dropout").model.layers
    assert [layer.name for layer in dropout if isinstance(layer, Dropout)] == ["drop_1", "drop_2"]
    assert names(variant_of("quickstart.yaml", "batch_norm"))[2::2] == ["norm_1", "norm_2"]
    l2 = "kind='l2' factor=0.003"
    assert regularizers(variant_of("quickstart.yaml", "l2")) == {"hidden_1": l2, "hidden_2": l2, "output": "None"}


def test_quickstart_trials_run_variant_by_variant() -> None:
    trials = [trial.name for trial in shipped("quickstart.yaml").trials]
    assert trials[3:6] == ["baseline seed 3", "baseline seed 4", "l2 seed 0"]
    assert (len(trials), trials[-1]) == (25, "l2_dropout seed 4")


@pytest.mark.parametrize(("name", "variant"), UNCHANGED.items())
def test_mnist_study_contains_the_net_they_all_start_from(name: str, variant: str) -> None:
    assert variant_of(name, variant) == variant_of("seeds/mnist_base.yaml", "baseline")


@pytest.mark.parametrize("name", MNIST)
def test_mnist_studies_validate_on_the_test_part_as_the_write_up_does(name: str) -> None:
    for variant in shipped(name).variants:
        assert variant.spec.data.dataset == "mnist"
        assert variant.spec.data.validation.use == "test"


@pytest.mark.parametrize(
    ("name", "found"),
    {
        "seeds/mnist_learning_rate.yaml": [0.1, 0.01, 1.0],
        "seeds/mnist_optimizer.yaml": [0.1, 0.01, 1e-3, 1e-3, 1e-3, 1e-3],
    }.items(),
)
def test_mnist_learning_rates_are_those_of_the_write_up(name: str, found: list[float]) -> None:
    assert [variant.spec.training.optimizer.learning_rate for variant in shipped(name).variants] == found


def test_mnist_optimizers_batches_epochs_and_losses_are_those_of_the_write_up() -> None:
    def trained(study: str) -> list[TrialSpec]:
        return [variant.spec for variant in shipped(f"seeds/mnist_{study}.yaml").variants]

    kinds = [spec.training.optimizer.kind for spec in trained("optimizer")]
    assert kinds == ["sgd", "sgd", "adagrad", "rmsprop", "adam", "nadam"]
    assert [spec.training.batch_size for spec in trained("batch_size")] == [32, 16, 64, 1, "all"]
    assert [spec.training.epochs for spec in trained("epochs")] == [5, 10, 60, 60]
    assert [spec.training.early_stopping is not None for spec in trained("epochs")] == [False, False, False, True]
    assert [spec.training.loss.kind for spec in trained("loss")] == ["categorical_crossentropy", "mean_squared_error"]
    assert [spec.model.output_activation for spec in trained("loss")] == ["softmax", "softmax"]
    hidden = [next(iter(kernels(spec).values())).activation for spec in trained("activation")]
    assert hidden == ["sigmoid", "relu", "linear"]


def test_mnist_dropout_stands_where_the_variants_say() -> None:
    drops = {
        variant.name: [(layer.name, layer.rate) for layer in variant.spec.model.layers if isinstance(layer, Dropout)]
        for variant in shipped("seeds/mnist_dropout.yaml").variants
    }
    assert drops == {
        "no_dropout": [],
        "rate_0.5": [("drop", 0.5)],
        "rate_0.2": [("drop", 0.2)],
        "rate_0.8": [("drop", 0.8)],
        "after_the_first_layer": [("drop_1", 0.5)],
        "after_both_layers": [("drop_1", 0.5), ("drop", 0.5)],
    }


@pytest.mark.parametrize(
    ("variant", "penalty"),
    {
        "original": "None",
        "l2": "kind='l2' factor=0.001",
        "l1": "kind='l1' factor=0.001",
        "l1_l2": "kind='l1_l2' l1=0.001 l2=0.001",
        "dropout": "None",
    }.items(),
)
def test_imdb_penalties_are_on_both_hidden_layers_alone(variant: str, penalty: str) -> None:
    assert regularizers(variant_of(IMDB, variant)) == {"hidden_1": penalty, "hidden_2": penalty, "output": "None"}


def test_imdb_trains_as_the_write_up_does() -> None:
    spec = variant_of(IMDB, "dropout")
    assert names(spec) == ["hidden_1", "drop_1", "hidden_2", "drop_2", "output"]
    assert (spec.training.epochs, spec.training.batch_size, spec.training.optimizer.kind) == (20, 512, "rmsprop")
    assert (spec.training.loss.kind, spec.model.output_activation) == ("binary_crossentropy", "linear")
    assert str(spec.data.encode) == "vocabulary_size=10000 skip_top=0 unknown=2 kind='multi_hot' mode='binary'"


def test_cifar10_final_net_is_linear_then_relu_then_normalized() -> None:
    final = variant_of(CIFAR, "final")
    assert names(final)[:7] == ["conv_1", "relu_1", "norm_1", "conv_2", "relu_2", "norm_2", "pool_1"]
    assert names(final)[-5:] == ["flat", "hidden", "relu_5", "norm_5", "output"]
    assert set(regularizers(final).values()) == {"kind='l2' factor=0.0001"}
    starts = {name: layer.kernel_initializer.kind for name, layer in kernels(final).items()}
    assert starts.pop("output") == "glorot_uniform"
    assert set(starts.values()) == {"he_uniform"}
    assert [layer.padding for layer in final.model.layers if isinstance(layer, Conv2D)] == ["valid"] * 4


def test_cifar10_variants_change_one_thing_of_the_base_each() -> None:
    base = variant_of(CIFAR, "base")
    assert [layer.padding for layer in base.model.layers if isinstance(layer, Conv2D)] == ["same", "valid"] * 2
    assert set(regularizers(base).values()) == {"None"}
    assert {layer.kernel_initializer.kind for layer in kernels(base).values()} == {"glorot_uniform"}
    assert names(variant_of(CIFAR, "l2")) == names(base)
    assert names(variant_of(CIFAR, "he_init")) == names(base)
    assert set(names(variant_of(CIFAR, "batch_norm"))) - set(names(base)) == {f"norm_{n}" for n in (1, 2, 3, 4, 5)}
    assert kernels(variant_of(CIFAR, "batch_norm")) == kernels(base)
    for variant in shipped(CIFAR).variants:
        assert variant.spec.training == base.training
        assert variant.spec.data == base.data


def test_cifar10_axis_1_is_the_final_net_but_for_the_axis() -> None:
    def axes(variant: str) -> list[int]:
        layers = variant_of(CIFAR, variant).model.layers
        return [layer.axis for layer in layers if isinstance(layer, BatchNormalization)]

    assert axes("final") == [-1] * 5
    assert axes("axis_1") == [1] * 5
    assert kernels(variant_of(CIFAR, "axis_1")) == kernels(variant_of(CIFAR, "final"))


def test_flowers_variants_are_a_dense_net_a_frozen_and_a_trained_backbone() -> None:
    assert names(variant_of(FLOWERS, "dense")) == ["flat", "hidden_1", "hidden_2", "output"]
    for variant, is_trained in {"frozen": False, "fine_tuned": True}.items():
        spec = variant_of(FLOWERS, variant)
        assert names(spec) == ["mobilenet", "flat", "output"]
        backbone = spec.model.layers[0]
        assert isinstance(backbone, Backbone)
        assert (backbone.network, backbone.weights, backbone.trainable) == ("mobilenet_v2", "imagenet", is_trained)


def test_recipe_without_an_item_has_what_the_tips_advise_against() -> None:
    def without(item: str) -> TrialSpec:
        return variant_of(RECIPE, f"without_{item}")

    assert without("adam").training.optimizer.kind == "sgd"
    assert {layer.activation for layer in kernels(without("relu")).values()} == {"sigmoid", "linear"}
    assert without("linear_output").model.output_activation == "relu"
    assert {layer.use_bias for layer in kernels(without("bias")).values()} == {False}
    starts = {layer.kernel_initializer.kind for layer in kernels(without("variance_scaling")).values()}
    assert starts == {"random_normal"}
    assert [step.kind for step in without("tanh").data.normalize] == ["rescale", "standardize"]
    assert [step.kind for step in without("standardize").data.normalize] == ["tanh"]
    assert without("constant_rate").training.schedule.kind == "exponential"
    assert not [name for name in names(without("pooling")) if name.startswith("pool")]


def test_recipe_itself_has_every_item() -> None:
    recipe = variant_of(RECIPE, "all")
    assert recipe.training.optimizer.kind == "adam"
    assert recipe.training.schedule.kind == "constant"
    assert [layer.activation for layer in kernels(recipe).values()] == ["relu", "relu", "relu", "linear"]
    assert {layer.kernel_initializer.kind for layer in kernels(recipe).values()} == {"variance_scaling"}
    assert {layer.use_bias for layer in kernels(recipe).values()} == {True}
    assert [step.kind for step in recipe.data.normalize] == ["tanh", "standardize"]


def test_regression_schedules_are_those_of_the_case_study() -> None:
    schedules = {variant.name: str(variant.spec.training.schedule) for variant in shipped(REGRESSION).variants}
    boundaries = "kind='piecewise' boundaries=({}, {}) factors=(1.0, 0.1, 0.01)"
    assert schedules["decay_at_300_and_3000"].endswith(boundaries.format(300, 3000))
    assert schedules["decay_at_2000_and_5000"].endswith(boundaries.format(2000, 5000))
    assert "decay_rate=0.9995 decay_steps=1 " in schedules["exponential_0.9995"]
    assert "decay_rate=0.999995 decay_steps=1 " in schedules["exponential_0.999995"]
    assert "constant" in schedules["tanh_input"]


def test_regression_second_phase_trains_as_long_as_the_others_at_a_tenth_of_the_rate() -> None:
    epochs = {variant.spec.training.total_epochs for variant in shipped(REGRESSION).variants}
    assert epochs == {600}
    (second,) = variant_of(REGRESSION, "second_phase").training.phases
    assert second.learning_rate == pytest.approx(
        variant_of(REGRESSION, "original").training.optimizer.learning_rate / 10
    )


def test_starter_of_three_factors_switches_each_apart() -> None:
    all_three = variant_of("starters/dropout_weight_decay_augmentation.yaml", "dropout-weight_decay-augmentation")
    assert [step.kind for step in all_three.data.augment] == ["shift", "rotate"]
    assert all_three.training.optimizer.weight_decay == 0.01
    assert "drop" in names(all_three)


def test_starter_of_sizes_changes_nothing_but_size_and_dropout() -> None:
    study = shipped("starters/dataset_size.yaml")
    sizes = [variant.spec.data.subset.train for variant in study.variants]
    assert sizes == [500, 500, 1000, 1000, 2500, 2500, 10000, 10000]
    assert len({variant.spec.training.model_dump_json() for variant in study.variants}) == 1
