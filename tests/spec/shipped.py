"""The studies of `specs/`, by file, and the variants each comes to, in the order of the report."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ablation.spec import Study, TrialSpec, load_study

SPECS = Path(__file__).parents[2] / "specs"

VARIANTS: dict[str, list[str]] = {
    "quickstart.yaml": ["baseline", "l2", "dropout", "batch_norm", "l2_dropout"],
    "seeds/cifar10_regularization.yaml": ["base", "valid_padding", "l2", "he_init", "batch_norm", "final", "axis_1"],
    "seeds/flowers_transfer.yaml": ["dense", "frozen", "fine_tuned"],
    "seeds/imdb_overfitting.yaml": ["original", "smaller", "bigger", "l2", "l1", "l1_l2", "dropout"],
    "seeds/mnist_activation.yaml": ["sigmoid", "relu", "none"],
    "seeds/mnist_base.yaml": ["baseline"],
    "seeds/mnist_batch_size.yaml": ["batch_32", "batch_16", "batch_64", "batch_1", "batch_all"],
    "seeds/mnist_dropout.yaml": (
        ["no_dropout", "rate_0.5", "rate_0.2", "rate_0.8", "after_the_first_layer", "after_both_layers"]
    ),
    "seeds/mnist_epochs.yaml": ["epochs_5", "epochs_10", "epochs_60", "stop_in_time"],
    "seeds/mnist_layers.yaml": ["a_256_128", "b_256_128_128_128", "c_256_1568"],
    "seeds/mnist_learning_rate.yaml": ["lr_0.1", "lr_0.01", "lr_1.0"],
    "seeds/mnist_loss.yaml": ["crossentropy", "mean_squared_error"],
    "seeds/mnist_optimizer.yaml": ["sgd", "sgd_momentum", "adagrad", "rmsprop", "adam", "nadam"],
    "seeds/tips_recipe.yaml": (
        [
            "all",
            "without_adam",
            "without_relu",
            "without_linear_output",
            "without_bias",
            "without_variance_scaling",
            "without_tanh",
            "without_standardize",
            "without_constant_rate",
            "without_pooling",
            "without_few_filters",
        ]
    ),
    "seeds/tips_regression.yaml": (
        [
            "original",
            "clipped_input",
            "lower_rate",
            "decay_at_300_and_3000",
            "decay_at_2000_and_5000",
            "tanh_input",
            "no_batch_norm",
            "second_phase",
            "exponential_0.9995",
            "exponential_0.999995",
        ]
    ),
    "starters/dataset_size.yaml": (
        [
            "none",
            "dropout",
            "size.images_1000",
            "size.images_1000-dropout",
            "size.images_2500",
            "size.images_2500-dropout",
            "size.images_10000",
            "size.images_10000-dropout",
        ]
    ),
    "starters/dropout_weight_decay_augmentation.yaml": (
        [
            "none",
            "augmentation",
            "weight_decay",
            "weight_decay-augmentation",
            "dropout",
            "dropout-augmentation",
            "dropout-weight_decay",
            "dropout-weight_decay-augmentation",
        ]
    ),
    "starters/leave_one_out_recipe.yaml": (
        [
            "all",
            "without_batch_norm",
            "without_he_init",
            "without_dropout",
            "without_weight_decay",
            "without_label_smoothing",
            "without_cosine_decay",
            "without_weight_averaging",
            "without_augmentation",
        ]
    ),
}
MNIST = [name for name in VARIANTS if name.startswith("seeds/mnist_")]


@cache
def shipped(name: str) -> Study:
    """Load a shipped spec, once."""
    return load_study(SPECS / name)


def variant_of(name: str, variant: str) -> TrialSpec:
    """Return the resolved spec of a shipped study's variant."""
    return next(each.spec for each in shipped(name).variants if each.name == variant)
