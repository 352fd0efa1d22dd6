"""Batch normalisation through TensorFlow's fused operation, against Keras' own layer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from ablation.data import Array
from ablation.model.batch_normalization import BatchNormalization
from tests.conftest import rarely
from tests.model.test_layers import build

KERAS = keras.layers.BatchNormalization
SHAPE = (4, 5, 3, 2)
MASK = np.array([[True] * 4 + [False], [False] * 2 + [True] * 3])
# Shape, settings, whether one operation does a step of training.
CASES: dict[str, tuple[tuple[int, ...], dict[str, Any], bool]] = {
    "image": (SHAPE, {}, True),
    "axis_from_the_front": (SHAPE, {"axis": 3}, True),
    "sequence": ((4, 5, 2), {}, True),
    "volume": ((2, 3, 2, 3, 2), {}, True),
    "no_scale": (SHAPE, {"scale": False}, True),
    "no_center": (SHAPE, {"center": False}, True),
    "neither": (SHAPE, {"scale": False, "center": False}, True),
    "least_epsilon": (SHAPE, {"epsilon": 1.001e-5, "momentum": 0.5}, True),
    "one_value": ((1, 1, 1, 2), {}, True),
    "smaller_epsilon": (SHAPE, {"epsilon": 1e-6}, False),
    "axis_1": (SHAPE, {"axis": 1}, False),
    "vector": ((6, 2), {}, False),
    "frozen": (SHAPE, {"trainable": False}, False),
}


@pytest.fixture
def fused(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ranks of what has gone through the fused operation."""
    ranks: list[int] = []
    whole = BatchNormalization._fused

    def noted(layer: BatchNormalization, inputs: Any) -> Any:
        ranks.append(len(inputs.shape))
        return whole(layer, inputs)

    monkeypatch.setattr(BatchNormalization, "_fused", noted)
    return ranks


def steps(layer: keras.layers.Layer, shape: tuple[int, ...], mask: Array | None = None) -> list[Array]:
    """Return what three steps and an inference give: outputs, gradients, and the weights at the end."""
    draw = np.random.default_rng(0)
    layer.build(shape)
    found: list[Any] = []
    for number in range(3):
        x = tf.Variable((draw.normal(size=shape) * 3 + 10 - number).astype(np.float32))
        towards = draw.normal(size=shape).astype(np.float32)
        with tf.GradientTape() as tape:
            y = layer(tf.convert_to_tensor(x), training=True, mask=mask)
            loss = tf.reduce_sum(tf.cast(y, tf.float32) * towards)
        weights = [weight.value for weight in layer.trainable_weights]
        gradients = tape.gradient(loss, [x, *weights])
        found += [y, *gradients]
        for weight, gradient in zip(weights, gradients[1:], strict=True):
            weight.assign_sub(0.05 * gradient)
    found += [layer(tf.convert_to_tensor(x), training=False), *layer.weights]
    return [np.asarray(each).astype(np.float32) for each in found]


@pytest.mark.parametrize("policy", rarely(["float32", "mixed_bfloat16", "mixed_float16"], but=["float32"]))
@pytest.mark.parametrize("name", CASES)
def test_steps_are_those_of_keras(name: str, policy: str, fused: list[int]) -> None:
    shape, settings, is_fused = CASES[name]
    ours = steps(BatchNormalization(dtype=policy, **settings), shape)
    theirs = steps(KERAS(dtype=policy, **settings), shape)
    assert fused == ([len(shape)] * 3 if is_fused else [])
    bits = {"float32": 2e-5, "mixed_bfloat16": 8e-3, "mixed_float16": 2e-3}[policy]
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, other, rtol=bits, atol=bits * 10)
    statistics = [weight for weight in range(-2, 0)]
    for place in statistics:
        np.testing.assert_allclose(ours[place], theirs[place], rtol=2e-5)


def test_masked_steps_are_those_of_keras_to_the_bit(fused: list[int]) -> None:
    ours, theirs = (steps(layer(), (2, 5, 3), MASK) for layer in (BatchNormalization, KERAS))
    assert fused == []
    assert all(np.array_equal(*pair) for pair in zip(ours, theirs, strict=True))


def test_inference_is_that_of_keras_to_the_bit() -> None:
    x = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)
    settings = {"moving_mean_initializer": "random_normal"}
    ours, theirs = BatchNormalization(**settings), KERAS(**settings)
    for layer in (ours, theirs):
        layer.build(SHAPE)
    theirs.set_weights(ours.get_weights())
    assert np.array_equal(ours(x), theirs(x))


def test_steps_are_the_same_bits_again() -> None:
    first, again = (steps(BatchNormalization(), (16, 9, 9, 40)) for _ in range(2))
    assert all(np.array_equal(*pair) for pair in zip(first, again, strict=True))


def test_saved_layer_is_keras_own(tmp_path: Path) -> None:
    model = build({"kind": "batch_normalization", "name": "norm"}, shape=SHAPE[1:])
    assert type(model.get_layer("norm")) is BatchNormalization
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert type(loaded.get_layer("norm")) is KERAS
    x = np.ones(SHAPE, np.float32)
    assert np.array_equal(loaded(x), model(x))
