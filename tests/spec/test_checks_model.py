"""Checks of the model section: one fragment of a spec each, the place, the severity, what is said and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from .checked import FLAT, TEN, Fields, Found, check_found, found_in, named

CONV = {"kind": "conv2d", "filters": 4, "kernel_size": 3}
GRAY = {"kind": "reshape", "target_shape": [8, 8, 1]}
ONE = {"kind": "dense", "units": 1}
TWO = {"kind": "dense", "units": 2}
BACKBONE = {"kind": "backbone", "network": "mobilenet_v2"}
MULTI_HOT = {"encode": {"kind": "multi_hot", "vocabulary_size": 100}}
PADDED = {"encode": {"kind": "padded", "vocabulary_size": 100, "length": 20}}
BINARY = {"loss": {"kind": "binary_crossentropy"}}
SQUARED = {"loss": {"kind": "mean_squared_error"}}
NUMBERS = {**SQUARED, "metrics": ["mae"]}
IMDB: dict[str, Any] = {"dataset": "imdb", "data": MULTI_HOT, "training": BINARY}
DIABETES: dict[str, Any] = {"dataset": "diabetes", "training": NUMBERS}
CIFAR10: dict[str, Any] = {"dataset": "cifar10"}


def ending(activation: str, units: int = 10) -> list[Fields]:
    return [FLAT, {"kind": "dense", "units": units, "activation": activation}]


FOUND: dict[str, Found] = {
    "layer_that_does_not_fit": (
        [CONV, FLAT, TEN],
        {},
        "model.layers.conv2d",
        "error",
        "takes images of shape (height, width, channels); got (8, 8) from the samples",
        "target_shape: [8, 8, 1]",
    ),
    "too_few_units": (
        [FLAT, {"kind": "dense", "units": 9}],
        {},
        "model.layers.dense.units",
        "error",
        "is 9, but 10 outputs are needed: digits has 10 classes",
        "Set units: 10.",
    ),
    "too_few_units_before_an_activation": (
        [FLAT, {"kind": "dense", "units": 9}, {"kind": "activation", "activation": "softmax"}],
        {},
        "model.layers.dense.units",
        "error",
        "is 9, but 10 outputs are needed",
        "Set units: 10.",
    ),
    "two_units_for_yes_or_no": (
        [TWO],
        IMDB,
        "model.layers.dense.units",
        "error",
        "is 2, but 1 output is needed: binary_crossentropy asks one yes or no of the 2 classes of imdb",
        "Set units: 1, or keep one output a class with loss: {kind: categorical_crossentropy}.",
    ),
    "one_unit_for_two_classes": (
        [ONE],
        {"dataset": "imdb", "data": MULTI_HOT},
        "model.layers.dense.units",
        "error",
        "is 1, but 2 outputs are needed: imdb has 2 classes",
        "Set units: 2, or keep one output with loss: {kind: binary_crossentropy}.",
    ),
    "units_for_one_number": (
        [TWO],
        DIABETES,
        "model.layers.dense.units",
        "error",
        "is 2, but 1 output is needed: diabetes has 1 target",
        "Set units: 1.",
    ),
    "outputs_that_are_images": (
        [TEN],
        {},
        "model.layers.dense",
        "error",
        "the model gives (8, 10), but 10 outputs are needed",
        "End the model with a flatten or global pooling layer and a dense layer of 10 units.",
    ),
    "outputs_of_no_dense_layer": (
        [GRAY, CONV, {"kind": "global_max_pooling2d"}],
        {},
        "model.layers.global_max_pooling2d",
        "error",
        "the model gives (4,)",
        "End the model with a dense layer of 10 units.",
    ),
    "softmax_of_one_output": (
        [{**ONE, "activation": "softmax"}],
        IMDB,
        "model.layers.dense.activation",
        "error",
        "softmax of one output is always 1",
        "Use sigmoid",
    ),
    "softmax_of_one_number": (
        [{**ONE, "activation": "softmax"}],
        DIABETES,
        "model.layers.dense.activation",
        "error",
        "softmax of one output is always 1",
        "leave the output linear",
    ),
    "relu_before_yes_or_no": (
        ending("relu", 1),
        IMDB,
        "model.layers.dense.activation",
        "error",
        "binary_crossentropy takes relu as logits, which are never below 0: every answer is yes",
        "Leave the outputs linear",
    ),
    "relu_layer_before_yes_or_no": (
        [ONE, {"kind": "relu"}],
        IMDB,
        "model.layers.relu.kind",
        "error",
        "every answer is yes",
        "linear",
    ),
    "softmax_with_yes_or_no": (
        ending("softmax"),
        {"training": BINARY},
        "model.layers.dense.activation",
        "warning",
        "softmax makes them compete",
        "Use sigmoid with this loss",
    ),
    "sigmoid_with_one_of_many": (
        ending("sigmoid"),
        {},
        "model.layers.dense.activation",
        "warning",
        "add up to 1, which sigmoids do not",
        "Use softmax",
    ),
    "relu_with_one_of_many": (
        ending("relu"),
        {},
        "model.layers.dense.activation",
        "warning",
        "takes relu as logits, which are never below 0",
        "Leave the outputs linear",
    ),
    "tanh_with_one_of_many": (
        ending("tanh"),
        {"training": {"loss": {"kind": "sparse_categorical_crossentropy"}}},
        "model.layers.dense.activation",
        "warning",
        "takes tanh as logits, which it keeps from growing freely",
        "Leave the outputs linear",
    ),
    "tanh_of_a_recurrent_output": (
        [{"kind": "bidirectional", "layer": {"kind": "gru", "units": 5}}],
        {},
        "model.layers.bidirectional.layer.activation",
        "warning",
        "takes tanh as logits",
        "linear",
    ),
    "sigmoid_for_numbers": (
        ending("sigmoid", 1),
        DIABETES,
        "model.layers.dense.activation",
        "warning",
        "sigmoid keeps the outputs between 0 and 1",
        "unless the targets lie in that range",
    ),
    "softmax_that_is_not_last": (
        [*ending("softmax"), {"kind": "reshape", "target_shape": [10]}],
        {},
        "model.layers.dense.activation",
        "error",
        "comes before reshape, so the loss takes its probabilities for logits",
        "Leave dense linear",
    ),
    "softmax_twice": (
        [*ending("softmax"), {"kind": "activation", "activation": "softmax"}],
        {},
        "model.layers.activation.activation",
        "warning",
        "softmax of probabilities: dense has a softmax already",
        "Keep one",
    ),
    "noise_on_the_outputs": (
        [FLAT, TEN, {"kind": "dropout", "rate": 0.5}],
        {},
        "model.layers.dropout",
        "warning",
        "dropout of the outputs themselves",
        "before the last dense layer",
    ),
    "normalisation_of_rows": (
        [GRAY, {"kind": "batch_normalization", "axis": 1}, FLAT, TEN],
        {},
        "model.layers.batch_normalization.axis",
        "warning",
        "axis 1 is not that of the channels: each row gets a mean and a variance of its own",
        "Use axis: -1",
    ),
    "normalisation_of_columns_in_a_block": (
        [
            GRAY,
            {"kind": "residual", "layers": named([{"kind": "batch_normalization", "axis": -2}])},
            FLAT,
            TEN,
        ],
        {},
        "model.layers.residual.layers.batch_normalization.axis",
        "warning",
        "each column",
        "axis: -1",
    ),
    "embedding_with_too_few_rows": (
        [{"kind": "embedding", "input_dim": 99, "output_dim": 2}, FLAT, ONE],
        {**IMDB, "data": PADDED},
        "model.layers.embedding.input_dim",
        "error",
        "is 99, but the integers go up to 99",
        "Set input_dim: 100.",
    ),
    "embedding_of_multi_hot": (
        [{"kind": "embedding", "input_dim": 100, "output_dim": 2}, FLAT, ONE],
        IMDB,
        "model.layers.embedding",
        "error",
        "looks up integers, but multi_hot",
        "kind: padded",
    ),
    "embedding_of_normalised_integers": (
        [{"kind": "embedding", "input_dim": 100, "output_dim": 2}, FLAT, ONE],
        {**IMDB, "data": {**PADDED, "normalize": [{"kind": "standardize"}]}},
        "data.normalize",
        "error",
        "embedding looks up integers",
        "Remove the steps",
    ),
    "pixels_scaled_twice": (
        [BACKBONE, FLAT, TEN],
        {**CIFAR10, "data": {"normalize": [{"kind": "rescale", "scale": 0.0039}]}},
        "data.normalize.0",
        "warning",
        "backbone scales pixels of 0 to 255 itself",
        "set preprocess: false in backbone",
    ),
    "rate_of_a_frozen_backbone": (
        [{"kind": "backbone", "network": "mobilenet_v2", "learning_rate_factor": 0.1}, FLAT, TEN],
        CIFAR10,
        "model.layers.backbone.learning_rate_factor",
        "error",
        "is set, but the backbone is frozen",
        "unfreeze backbone in a phase",
    ),
    "trained_layers_of_a_frozen_backbone": (
        [{"kind": "backbone", "network": "mobilenet_v2", "trainable_layers": 3}, FLAT, TEN],
        CIFAR10,
        "model.layers.backbone.trainable_layers",
        "error",
        "is set, but the backbone is frozen",
        "Set trainable: true",
    ),
    "pixels_that_cannot_be_left": (
        [{"kind": "backbone", "network": "efficientnet_b0", "preprocess": False}, FLAT, TEN],
        CIFAR10,
        "model.layers.backbone.preprocess",
        "error",
        "efficientnet_b0 always scales pixels itself",
        "Remove it",
    ),
}


@pytest.mark.parametrize("case", FOUND)
def test_fragment_is_found_at_its_place_and_nothing_else_is(case: str) -> None:
    check_found(FOUND[case])


# What an expert may do on purpose, and what looks like a mistake but is none.
RIGHT: dict[str, tuple[list[Fields] | None, Fields]] = {
    "logits": (None, {}),
    "softmax": (ending("softmax"), {}),
    "softmax_layer": ([FLAT, TEN, {"kind": "activation", "activation": "softmax"}], {}),
    "sigmoid_for_yes_or_no": ([{**ONE, "activation": "sigmoid"}], IMDB),
    "sigmoid_for_each_class": (ending("sigmoid"), {"training": BINARY}),
    "numbers_for_classes": (ending("tanh"), {"training": {**SQUARED, "metrics": ["accuracy", "r2", "mse"]}}),
    "relu_for_numbers": (ending("relu", 1), DIABETES),
    "selu_without_its_initialiser": ([FLAT, {"kind": "dense", "units": 8, "activation": "selu"}, TEN], {}),
    "bias_before_normalisation": (
        [FLAT, {"kind": "dense", "units": 8}, {"kind": "batch_normalization"}, {"kind": "relu"}, TEN],
        {},
    ),
    "normalisation_of_features_by_their_number": ([FLAT, {"kind": "batch_normalization", "axis": 1}, TEN], {}),
    "normalisation_of_channels_by_their_number": (
        [GRAY, {"kind": "batch_normalization", "axis": 3}, FLAT, TEN],
        {},
    ),
    "embedded_integers": (
        [{"kind": "embedding", "input_dim": 100, "output_dim": 2}, {"kind": "lstm", "units": 2}, ONE],
        {**IMDB, "data": PADDED},
    ),
    "pixels_scaled_by_the_backbone": (
        [BACKBONE, FLAT, TEN],
        {**CIFAR10, "data": {"normalize": [{"kind": "resize", "height": 64, "width": 64}]}},
    ),
    "pixels_scaled_before_the_backbone": (
        [{**BACKBONE, "preprocess": False}, FLAT, TEN],
        {**CIFAR10, "data": {"normalize": [{"kind": "rescale", "scale": 0.0078, "offset": -1.0}]}},
    ),
}


@pytest.mark.parametrize("case", RIGHT)
def test_nothing_is_found_in_a_spec_that_is_right(case: str) -> None:
    layers, settings = RIGHT[case]
    assert found_in(layers, **settings) == []
