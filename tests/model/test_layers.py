"""Tests of single layers: every kind is built, and every field of its spec reaches Keras."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import keras
import numpy as np
import pytest
from pydantic import BaseModel

from ablation.data import Array
from ablation.model import build_model
from ablation.model.layers import build_layer
from ablation.spec import ModelSpec
from ablation.spec.layers import ActivationName, LayerSpec
from tests.conftest import rarely
from tests.model.examples import CELL, EXAMPLES, INSTEAD, LAYER, example

KINDS = {
    kind: model
    for model in get_args(get_args(LAYER._type)[0])
    for kind in get_args(model.model_fields["kind"].annotation)
}
# More than one layer of Keras, or one that is another layer's.
OWN_TESTS = ("residual", "backbone", "bidirectional", "gelu")
SINGLE = [kind for kind in EXAMPLES if kind not in OWN_TESTS]
NOISY = [
    "dropout",
    "spatial_dropout1d",
    "spatial_dropout2d",
    "alpha_dropout",
    "gaussian_dropout",
    "gaussian_noise",
]


def settings_of(model: type[BaseModel]) -> list[str]:
    return [name for name in model.model_fields if name not in {"kind", *LayerSpec.model_fields}]


def build(*layers: dict[str, Any], shape: tuple[int, ...], seed: int = 0) -> keras.Model:
    return build_model(ModelSpec.model_validate({"layers": list(layers)}), input_shape=shape, seed=seed)


def plain(value: Any) -> Any:
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def assert_reached(value: Any, config: Any) -> None:
    """Assert that a spec's value is what a layer's configuration says."""
    if isinstance(value, dict):
        kind = value["kind"]
        assert config["class_name"].lower().startswith(kind.replace("_", ""))
        for name, setting in value.items():
            if name != "kind":
                assert config["config"][name if name in config["config"] else kind] == setting
    else:
        # Keras writes one number as one for each axis.
        assert plain(config) in (value, [value], [value, value])


def samples(shape: tuple[int, ...], kind: str = "") -> Array:
    drawn = np.random.default_rng(0).normal(size=(3, *shape)).astype(np.float32)
    return np.abs(drawn * 2).astype(int).astype(np.float32) if kind == "embedding" else drawn


def test_every_kind_of_the_language_has_an_example() -> None:
    assert sorted(KINDS) == sorted(EXAMPLES)


@pytest.mark.parametrize("kind", SINGLE)
def test_example_has_a_value_of_its_own_for_every_field(kind: str) -> None:
    model = KINDS[kind]
    own = {name for values in (EXAMPLES[kind][0], INSTEAD.get(kind, {})) for name in values}
    assert own >= set(settings_of(model))
    for name, value in EXAMPLES[kind][0].items():
        assert getattr(LAYER.validate_python(example(kind)), name) != model.model_fields[name].default, value


@pytest.mark.parametrize("kind", SINGLE)
def test_every_field_of_a_layer_reaches_keras(kind: str) -> None:
    for values in (EXAMPLES[kind][0], INSTEAD.get(kind, {})):
        config = build_layer(LAYER.validate_python(example(kind, **values)), 0).get_config()
        assert config["name"] == "it"
        for name, value in values.items():
            if name != "inputs":
                assert_reached(value, config[name])


@pytest.mark.parametrize("kind", rarely(EXAMPLES, but=["dense", "conv2d", "lstm", "batch_normalization"]))
def test_saved_model_of_any_layer_loads_without_custom_objects(kind: str, tmp_path: Path) -> None:
    shape = EXAMPLES[kind][1]
    model = build(example(kind), shape=shape)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras", compile=False)
    given = samples(shape, kind)
    np.testing.assert_allclose(np.asarray(again(given)), np.asarray(model(given)), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", get_args(ActivationName))
def test_every_activation_of_the_language_is_that_of_keras(name: str) -> None:
    layer = build({"kind": "activation", "name": "act", "activation": name}, shape=(4,)).get_layer("act")
    assert layer.activation is getattr(keras.activations, name)


def test_exact_gelu_is_the_normal_distribution_function_times_x() -> None:
    model = build(example("gelu", approximate=False), shape=(1,))
    assert float(model(np.array([[1.0]], dtype=np.float32))[0, 0]) == pytest.approx(0.841345, abs=1e-6)


def test_approximate_gelu_is_the_formula_with_tanh() -> None:
    model = build(example("gelu"), shape=(1,))
    x = 1.0
    formula = 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
    assert float(model(np.array([[x]], dtype=np.float32))[0, 0]) == pytest.approx(formula, abs=1e-6)
    assert model.layers[1].name == "it"


def test_selu_is_its_formula() -> None:
    model = build(example("selu"), shape=(2,))
    expected = [1.0507009873554805 * 2, 1.0507009873554805 * 1.6732632423543772 * (np.exp(-1.0) - 1)]
    np.testing.assert_allclose(np.asarray(model(np.array([[2.0, -1.0]], dtype=np.float32)))[0], expected, rtol=1e-5)


@pytest.mark.parametrize("kind", NOISY)
def test_noise_depends_on_seed_and_name_alone(kind: str) -> None:
    shape = {1: (40,), 2: (3, 40), 3: (2, 2, 40)}[len(EXAMPLES[kind][1])]
    given = np.ones((4, *shape), dtype=np.float32)
    noisy = [
        np.asarray(model.get_layer("it")(given, training=True))
        for model in (
            build(example(kind), shape=shape),
            build(example(kind, name="other"), example(kind), shape=shape),
            build(example(kind), shape=shape, seed=1),
        )
    ]
    assert np.array_equal(noisy[0], noisy[1])
    assert not np.array_equal(noisy[0], noisy[2])
    assert not np.array_equal(noisy[0], given)


@pytest.mark.parametrize("kind", NOISY)
def test_noise_is_off_outside_training(kind: str) -> None:
    shape = EXAMPLES[kind][1]
    given = samples(shape)
    assert np.array_equal(np.asarray(build(example(kind), shape=shape)(given)), given)


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_dropout_of_a_recurrent_layer_depends_on_seed_and_name_alone(kind: str) -> None:
    layer = {"kind": kind, "name": "it", "units": 5, "dropout": 0.5, "recurrent_dropout": 0.5}
    given = samples((6, 4))
    first, again, other = (
        np.asarray(build(layer, shape=(6, 4), seed=seed).get_layer("it")(given, training=True)) for seed in (0, 0, 1)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


# By hand. Recurrent: gates * (inputs + units + 1) * units, a second bias for a GRU that resets after the product.
COUNTS: dict[str, tuple[dict[str, Any], tuple[int, ...], int]] = {
    "embedding": ({"kind": "embedding", "input_dim": 7, "output_dim": 3}, (5,), 21),
    "conv1d": ({"kind": "conv1d", "filters": 3, "kernel_size": 5}, (8, 2), 5 * 2 * 3 + 3),
    "conv2d": ({"kind": "conv2d", "filters": 32, "kernel_size": 3}, (32, 32, 3), 896),
    "conv2d_groups": ({"kind": "conv2d", "filters": 4, "kernel_size": 3, "groups": 2}, (8, 8, 6), 9 * 3 * 4 + 4),
    "depthwise": ({"kind": "depthwise_conv2d", "kernel_size": 3}, (8, 8, 6), 9 * 6 + 6),
    "separable": ({"kind": "separable_conv2d", "filters": 5, "kernel_size": 3}, (8, 8, 6), 9 * 6 + 6 * 5 + 5),
    "lstm": ({"kind": "lstm", "units": 5}, (8, 3), 4 * (3 + 5 + 1) * 5),
    "gru": ({"kind": "gru", "units": 5}, (8, 3), 3 * (3 + 5 + 2) * 5),
    "bidirectional": ({"kind": "bidirectional", "layer": {"kind": "lstm", "units": 5}}, (8, 3), 2 * 4 * 9 * 5),
    "prelu": ({"kind": "prelu", "shared_axes": [1, 2]}, (8, 8, 6), 6),
    "layer_normalization": ({"kind": "layer_normalization"}, (8, 6), 12),
}


@pytest.mark.parametrize("name", COUNTS)
def test_layer_has_the_weights_counted_by_hand(name: str) -> None:
    layer, shape, parameters = COUNTS[name]
    assert build({"name": "it", **layer}, shape=shape).count_params() == parameters


def test_frozen_layer_has_no_trainable_weights() -> None:
    dense = {"kind": "dense", "name": "it", "units": 3}
    model = build({**dense, "trainable": False}, {**dense, "name": "output"}, shape=(4,))
    assert model.get_layer("it").trainable_weights == []
    assert len(model.trainable_weights) == 2


def test_frozen_bidirectional_layer_freezes_both_directions() -> None:
    layer, shape = EXAMPLES["bidirectional"]
    named = {"kind": "bidirectional", "name": "it", **layer}
    frozen, trained = (build({**named, "trainable": choice}, shape=shape) for choice in (False, True))
    assert frozen.trainable_weights == []
    assert len(trained.trainable_weights) == len(trained.get_layer("it").weights) > 0


def test_frozen_batch_normalization_keeps_its_statistics_while_training() -> None:
    model = build({"kind": "batch_normalization", "name": "it", "trainable": False}, shape=(4,))
    given = samples((4,)) + 5
    np.testing.assert_allclose(np.asarray(model(given, training=True)), given / np.sqrt(1.001), rtol=1e-5)


def test_directions_of_a_bidirectional_layer_start_differently() -> None:
    layer = build({"kind": "bidirectional", "name": "it", "layer": {"kind": "lstm", "units": 3}}, shape=(6, 4)).layers[
        1
    ]
    forward, backward = (np.asarray(each.get_weights()[0]) for each in (layer.forward_layer, layer.backward_layer))
    assert forward.shape == backward.shape
    assert not np.array_equal(forward, backward)


def test_bidirectional_layer_reads_both_ways_and_joins_the_outputs() -> None:
    spec = {"kind": "bidirectional", "name": "it", "layer": {"kind": "gru", "units": 3, "return_sequences": True}}
    given = samples((6, 4))
    model = build(spec, shape=(6, 4))
    layer = model.get_layer("it")
    forward, backward = keras.layers.GRU(3, return_sequences=True), keras.layers.GRU(3, return_sequences=True)
    forward.build((None, 6, 4))
    backward.build((None, 6, 4))
    forward.set_weights(layer.forward_layer.get_weights())
    backward.set_weights(layer.backward_layer.get_weights())
    expected = np.concatenate([np.asarray(forward(given)), np.asarray(backward(given[:, ::-1]))[:, ::-1]], axis=-1)
    np.testing.assert_allclose(np.asarray(model(given)), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("part", ["forward_layer", "backward_layer"])
@pytest.mark.parametrize(("kind", "own"), [("lstm", {"unit_forget_bias": False}), ("gru", {"reset_after": False})])
def test_every_field_of_both_directions_reaches_keras(kind: str, own: dict[str, Any], part: str) -> None:
    layer = build_layer(LAYER.validate_python(example("bidirectional", layer={**CELL, **own, "kind": kind})), 0)
    assert (layer.merge_mode, layer.trainable) == ("sum", False)
    config = getattr(layer, part).get_config()
    for name, value in {**CELL, **own}.items():
        if name != "go_backwards":
            assert_reached(value, config[name])
    assert config["go_backwards"] is (part == "forward_layer")
