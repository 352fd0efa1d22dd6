"""Tests of how layers are connected: by name, over skip connections, in residual blocks."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from ablation.data import Array
from ablation.model import ModelError, build_model, summarize
from ablation.seeds import derive
from ablation.spec import ModelSpec


def build(*layers: dict[str, Any], shape: tuple[int, ...], seed: int = 0) -> keras.Model:
    return build_model(ModelSpec.model_validate({"layers": list(layers)}), input_shape=shape, seed=seed)


def conv(name: str, filters: int = 4, **settings: Any) -> dict[str, Any]:
    return {"kind": "conv2d", "name": name, "filters": filters, "kernel_size": 3, "padding": "same", **settings}


def dense(name: str, units: int = 4, **settings: Any) -> dict[str, Any]:
    return {"kind": "dense", "name": name, "units": units, **settings}


def residual(*layers: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return {"kind": "residual", "name": "block", "layers": list(layers), **settings}


def samples(*shape: int) -> Array:
    return np.random.default_rng(0).normal(size=(3, *shape)).astype(np.float32)


def glorot(layer: str, seed: int = 0) -> keras.initializers.Initializer:
    return keras.initializers.GlorotUniform(seed=derive(seed, "start", layer, "kernel"))


def test_skip_connection_is_that_of_a_model_written_by_hand() -> None:
    model = build(
        dense("first", activation="relu"),
        dense("second", activation="tanh"),
        {"kind": "add", "name": "sum", "inputs": ["first", "second"]},
        {"kind": "concatenate", "name": "all", "inputs": ["INPUT", "sum"]},
        dense("output", 2),
        shape=(4,),
    )
    inputs = keras.Input((4,))
    first = keras.layers.Dense(4, "relu", kernel_initializer=glorot("first"))(inputs)
    second = keras.layers.Dense(4, "tanh", kernel_initializer=glorot("second"))(first)
    joined = keras.layers.Concatenate()([inputs, keras.layers.Add()([first, second])])
    by_hand = keras.Model(inputs, keras.layers.Dense(2, kernel_initializer=glorot("output"))(joined))
    assert np.array_equal(np.asarray(model(samples(4))), np.asarray(by_hand(samples(4))))


MERGES: dict[str, Any] = {
    "add": lambda x, y: x + y,
    "multiply": lambda x, y: x * y,
    "average": lambda x, y: (x + y) / 2,
    "maximum": np.maximum,
    "concatenate": lambda x, y: np.concatenate([x, y], axis=-1),
}


@pytest.mark.parametrize("kind", MERGES)
def test_merge_is_its_formula(kind: str) -> None:
    squashed = {"kind": "activation", "name": "squashed", "activation": "tanh"}
    model = build(squashed, {"kind": kind, "name": "merge", "inputs": ["INPUT", "squashed"]}, shape=(4,))
    given = samples(4)
    np.testing.assert_allclose(np.asarray(model(given)), MERGES[kind](given, np.tanh(given)), rtol=1e-5, atol=1e-6)


def test_layer_may_take_the_samples_again() -> None:
    model = build(dense("first"), dense("output", 2, inputs=["INPUT"]), shape=(3,))
    assert model.get_layer("output").kernel.shape == (3, 2)


def test_residual_block_is_that_of_a_model_written_by_hand() -> None:
    model = build(
        conv("stem"),
        residual(conv("inner_1", activation="relu"), conv("inner_2"), activation="relu"),
        shape=(6, 6, 3),
    )
    inputs = keras.Input((6, 6, 3))
    x = keras.layers.Conv2D(4, 3, padding="same", kernel_initializer=glorot("stem"))(inputs)
    y = keras.layers.Conv2D(4, 3, padding="same", activation="relu", kernel_initializer=glorot("inner_1"))(x)
    y = keras.layers.Conv2D(4, 3, padding="same", kernel_initializer=glorot("inner_2"))(y)
    by_hand = keras.Model(inputs, keras.layers.ReLU()(keras.layers.Add()([x, y])))
    np.testing.assert_allclose(np.asarray(model(samples(6, 6, 3))), np.asarray(by_hand(samples(6, 6, 3))), rtol=1e-6)
    names = ("Input", "stem", "inner_1", "inner_2", "block_add", "block_activation")
    assert summarize(model).layers == names


def test_layer_after_a_block_takes_the_sum() -> None:
    model = build(residual(dense("inner")), dense("output", 2), shape=(4,))
    assert model.get_layer("output").input is model.get_layer("block_add").output


def test_block_without_a_shortcut_is_a_plain_stack() -> None:
    model = build(residual(dense("inner"), shortcut="none", activation="relu"), shape=(4,))
    stack = build(dense("inner", activation="relu"), shape=(4,))
    assert summarize(model).layers == ("Input", "inner", "block_activation")
    assert np.array_equal(np.asarray(model(samples(4))), np.asarray(stack(samples(4))))


def test_input_inside_a_block_is_the_input_of_the_block() -> None:
    joined = {"kind": "concatenate", "name": "joined", "inputs": ["INPUT", "inner"]}
    model = build(dense("stem", 5), residual(dense("inner", 3), joined, shortcut="none"), shape=(4,))
    assert model.output_shape == (None, 8)


def test_block_inside_a_block_is_added_to_its_own_input() -> None:
    inner = {"kind": "residual", "name": "within", "layers": [dense("deep", kernel_initializer={"kind": "zeros"})]}
    model = build(residual(inner), shape=(4,))
    # The inner block gives its input x, the outer one adds x once more.
    np.testing.assert_allclose(np.asarray(model(samples(4))), 2 * samples(4), rtol=1e-6)


# The block's layers, the shape of a sample, the projection's strides (of what is no vector), its parameters by hand.
PROJECTIONS: dict[str, tuple[dict[str, Any], tuple[int, ...], tuple[int, ...] | None, int]] = {
    "vector": (dense("inner", 7), (4,), None, 4 * 7 + 7),
    "image": (conv("inner", 7), (6, 6, 3), (1, 1), 3 * 7 + 7),
    "image_halved": (conv("inner", 7, strides=2), (6, 6, 3), (2, 2), 3 * 7 + 7),
    "image_of_odd_size": (conv("inner", 7, strides=2), (7, 5, 3), (2, 2), 3 * 7 + 7),
    "image_halved_in_height": (conv("inner", 7, strides=[2, 1]), (6, 6, 3), (2, 1), 3 * 7 + 7),
    "image_of_fewer_places": (conv("inner", 7, padding="valid"), (4, 4, 3), (2, 2), 3 * 7 + 7),
    "sequence": (
        {"kind": "conv1d", "name": "inner", "filters": 7, "kernel_size": 3, "padding": "same", "strides": 3},
        (8, 3),
        (3,),
        3 * 7 + 7,
    ),
}


@pytest.mark.parametrize("name", PROJECTIONS)
def test_projection_gives_the_input_the_shape_of_the_output(name: str) -> None:
    inner, shape, strides, parameters = PROJECTIONS[name]
    projection = build(residual(inner, shortcut="projection"), shape=shape).get_layer("block_projection")
    assert projection.count_params() == parameters
    assert getattr(projection, "strides", None) == strides
    if strides is not None:
        assert set(projection.kernel_size) == {1}


def test_projection_is_added_to_the_layers() -> None:
    block = residual(dense("inner", 2), shortcut="projection", projection_initializer={"kind": "ones"})
    model, inner = build(block, shape=(4,)), build(dense("inner", 2), shape=(4,))
    given = samples(4)
    expected = np.asarray(inner(given)) + given.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(np.asarray(model(given)), expected, rtol=1e-5, atol=1e-6)


def test_projection_has_its_initializer_and_regularizer() -> None:
    model = build(
        residual(
            dense("inner", 2),
            shortcut="projection",
            projection_initializer={"kind": "ones"},
            projection_regularizer={"kind": "l1", "factor": 0.5},
        ),
        shape=(3,),
    )
    assert [float(loss) for loss in model.losses] == [0.5 * 3 * 2]


WRONG: dict[str, tuple[list[dict[str, Any]], tuple[int, ...], list[str]]] = {
    "identity_of_another_shape": (
        [residual(conv("inner", 8, strides=2))],
        (6, 6, 3),
        ["model.layers.block: cannot add", "(6, 6, 3)", "(3, 3, 8)", "shortcut: projection"],
    ),
    "identity_that_would_be_stretched": ([residual(dense("inner", 1))], (4,), ["model.layers.block: cannot add"]),
    "projection_no_strides_can_give": (
        [residual(conv("inner", padding="valid"), shortcut="projection")],
        (8, 8, 3),
        ["model.layers.block: does not fit an input of shape (8, 8, 3): no strides", "6 x 6", "padding: same"],
    ),
    "projection_to_another_rank": (
        [residual({"kind": "flatten", "name": "inner"}, shortcut="projection")],
        (6, 6, 3),
        ["model.layers.block: does not fit an input of shape (6, 6, 3): its layers change the number of axes"],
    ),
    "layer_inside_a_block": (
        [residual({"kind": "max_pooling2d", "name": "inner", "pool_size": 9})],
        (6, 6, 3),
        ["model.layers.block.layers.inner: does not fit an input of shape (6, 6, 3): Computed output size"],
    ),
    "merge_of_other_shapes": (
        [dense("first", 3), {"kind": "add", "name": "sum", "inputs": ["INPUT", "first"]}],
        (4,),
        ["model.layers.sum: does not fit inputs of shapes (4,) and (3,): "],
    ),
    "name_of_a_part": (
        [residual(dense("inner")), dense("block_add")],
        (4,),
        ["model.layers: ", "block_add", "rename"],
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_graph_that_does_not_fit_is_refused_with_the_layer_and_the_shapes(name: str) -> None:
    layers, shape, parts = WRONG[name]
    with pytest.raises(ModelError) as raised:
        build(*layers, shape=shape)
    for part in parts:
        assert part in str(raised.value)
    assert "\x1b" not in str(raised.value)
