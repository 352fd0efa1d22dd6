from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from ablation.data import Array
from ablation.model import ModelError, build_model, summarize
from ablation.spec import ModelSpec

FLAT = {"kind": "flatten", "name": "flat"}
HIDDEN = {"kind": "dense", "name": "hidden", "units": 3, "activation": "relu"}
DROP = {"kind": "dropout", "name": "drop", "rate": 0.5}
NORM = {"kind": "batch_normalization", "name": "norm"}
OUTPUT = {"kind": "dense", "name": "output", "units": 2}


def build(*layers: dict[str, Any], shape: tuple[int, ...] = (4,), seed: int = 0) -> keras.Model:
    return build_model(ModelSpec.model_validate({"layers": list(layers)}), input_shape=shape, seed=seed)


def weights(model: keras.Model, layer: str) -> list[Array]:
    return [np.asarray(weight) for weight in model.get_layer(layer).get_weights()]


def is_equal(first: list[Array], second: list[Array]) -> bool:
    return all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))


def test_layers_stand_in_the_order_of_the_spec() -> None:
    model = build(FLAT, HIDDEN, NORM, DROP, OUTPUT, shape=(2, 2))
    assert [layer.name for layer in model.layers[1:]] == ["flat", "hidden", "norm", "drop", "output"]
    assert (model.input_shape, model.output_shape) == ((None, 2, 2), (None, 2))


def test_dense_has_the_settings_of_its_spec() -> None:
    dense = build(
        {
            "kind": "dense",
            "name": "hidden",
            "units": 7,
            "activation": "tanh",
            "use_bias": False,
            "kernel_initializer": {"kind": "he_normal"},
            "kernel_regularizer": {"kind": "l2", "factor": 0.25},
        }
    ).get_layer("hidden")
    assert (dense.units, dense.activation, dense.use_bias) == (7, keras.activations.tanh, False)
    assert isinstance(dense.kernel_initializer, keras.initializers.HeNormal)
    assert float(dense.kernel_regularizer.l2) == 0.25
    assert dense.bias_regularizer is None


@pytest.mark.parametrize(
    "others",
    [
        [FLAT, HIDDEN, OUTPUT],
        [HIDDEN, DROP, NORM, OUTPUT],
        [NORM, HIDDEN, {"kind": "dense", "name": "more", "units": 3}, OUTPUT],
        [{**HIDDEN, "kernel_regularizer": {"kind": "l1"}, "activation": "tanh"}, {**OUTPUT, "activation": "softmax"}],
    ],
    ids=["flatten", "dropout_and_norm", "another_dense", "regularizer"],
)
def test_layer_of_a_name_and_shape_starts_alike_whatever_else_is_in_the_model(others: list[dict[str, Any]]) -> None:
    plain, varied = build(HIDDEN, OUTPUT), build(*others)
    assert is_equal(weights(plain, "hidden"), weights(varied, "hidden"))
    assert is_equal(weights(plain, "output"), weights(varied, "output"))


def test_layers_of_other_names_or_seeds_start_differently() -> None:
    same = {"kind": "dense", "name": "first", "units": 4}
    model = build(same, {**same, "name": "second"})
    first, second = weights(model, "first")[0], weights(model, "second")[0]
    other = weights(build(same, seed=1), "first")[0]
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, other)


# By hand: (inputs + 1) * units of a dense layer; four for each feature of a batch normalisation, two of them trained.
COUNTS: dict[str, tuple[list[dict[str, Any]], tuple[int, ...], int, int]] = {
    "imdb": (
        [
            {"kind": "dense", "name": "hidden_1", "units": 16},
            {"kind": "dense", "name": "hidden_2", "units": 16},
            {"kind": "dense", "name": "output", "units": 1},
        ],
        (10_000,),
        160_305,
        160_305,
    ),
    "mnist": (
        [
            FLAT,
            {"kind": "dense", "name": "hidden_1", "units": 256},
            {"kind": "dense", "name": "hidden_2", "units": 128},
            {"kind": "dense", "name": "output", "units": 10},
        ],
        (28, 28),
        235_146,
        235_146,
    ),
    "normalized": ([HIDDEN, NORM, DROP, OUTPUT], (4,), 15 + 12 + 8, 15 + 6 + 8),
    "without_bias": ([{**OUTPUT, "use_bias": False}], (4,), 8, 8),
}


@pytest.mark.parametrize("name", COUNTS)
def test_parameters_are_those_counted_by_hand(name: str) -> None:
    layers, shape, parameters, trainable = COUNTS[name]
    summary = summarize(build(*layers, shape=shape))
    assert (summary.parameters, summary.trainable_parameters) == (parameters, trainable)
    assert summary.layers[1:] == tuple(layer["name"] for layer in layers)


def test_layer_that_does_not_fit_is_named() -> None:
    with pytest.raises(ModelError) as raised:
        build(FLAT, HIDDEN, {**NORM, "axis": 3})
    assert str(raised.value).startswith("model.layers.norm: does not fit an input of shape (3,): ")
    assert "\n" not in str(raised.value)


def test_layer_may_be_named_like_the_input() -> None:
    assert build({**HIDDEN, "name": "input"}).count_params() == 15
