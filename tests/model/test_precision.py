"""In which numbers the layers of a model compute."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from ablation.model import build_model
from ablation.spec import ModelSpec, Precision, float32_layers

CONV = {"kind": "conv2d", "name": "conv", "filters": 4, "kernel_size": 3}
NORM = {"kind": "batch_normalization", "name": "norm"}
GELU = {"kind": "gelu", "name": "gelu", "approximate": True}
POOL = {"kind": "global_average_pooling2d", "name": "pool"}
FLAT = {"kind": "flatten", "name": "flat"}
HIDDEN = {"kind": "dense", "name": "hidden", "units": 5}
OUTPUT = {"kind": "dense", "name": "output", "units": 3}
SOFTMAX = {"kind": "activation", "name": "softmax", "activation": "softmax"}
BLOCK = {"kind": "residual", "name": "block", "layers": [{**CONV, "name": "inner", "padding": "same", "filters": 3}]}
NET = {"kind": "backbone", "name": "net", "network": "mobilenet", "alpha": 0.25, "weights": "none"}
OTHER = {**OUTPUT, "name": "other", "inputs": ["flat"]}
MEAN = {"kind": "average", "name": "mean", "inputs": ["output", "other"]}
IN_16_BITS: dict[str, Precision] = {"bfloat16": "mixed_bfloat16", "float16": "mixed_float16"}


def spec(*layers: dict[str, Any]) -> ModelSpec:
    return ModelSpec.model_validate({"layers": list(layers)})


def built(precision: Precision, *layers: dict[str, Any], side: int = 8) -> keras.Model:
    return build_model(spec(*layers), input_shape=(side, side, 3), seed=0, precision=precision)


def computed_in(model: keras.Model) -> dict[str, str]:
    return {layer.name: layer.compute_dtype for layer in model.layers if layer.name != "Input"}


@pytest.mark.parametrize(
    ("layers", "kept"),
    [
        ([FLAT, HIDDEN, OUTPUT], {"output"}),
        ([FLAT, HIDDEN, OUTPUT, SOFTMAX], {"output", "softmax"}),
        ([CONV, POOL, SOFTMAX], {"conv", "pool", "softmax"}),
        ([FLAT, OUTPUT, OTHER, MEAN], {"output", "other", "mean"}),
        ([CONV, BLOCK, POOL], {"pool"}),
        ([CONV, BLOCK], {"block"}),
        ([NET, POOL, SOFTMAX], {"pool", "softmax"}),
        ([FLAT], {"flat"}),
    ],
    ids=lambda value: "+".join(each["name"] for each in value) if isinstance(value, list) else "",
)
def test_layers_kept_in_float32_are_the_last_with_weights_and_those_after_it(
    layers: list[dict[str, Any]], kept: set[str]
) -> None:
    assert float32_layers(spec(*layers).layers) == kept


@pytest.mark.parametrize("dtype", IN_16_BITS)
def test_layers_compute_in_16_bits_and_the_outputs_in_float32(dtype: str) -> None:
    model = built(IN_16_BITS[dtype], CONV, NORM, GELU, FLAT, HIDDEN, OUTPUT, SOFTMAX)
    inside = {name: dtype for name in ("conv", "norm", "gelu", "flat", "hidden")}
    assert computed_in(model) == inside | {"output": "float32", "softmax": "float32"}
    assert {weight.dtype for weight in model.weights} == {"float32"}
    assert model(np.ones((2, 8, 8, 3), np.float32)).dtype == "float32"
    assert keras.config.dtype_policy().name == model.dtype_policy.name == "float32"


def test_precision_of_blocks_is_that_of_all_layers_inside() -> None:
    block = {**BLOCK, "shortcut": "projection", "activation": "relu"}
    model = built("mixed_bfloat16", block, POOL, OUTPUT)
    names = ("inner", "block_projection", "block_add", "block_activation")
    assert {name: model.get_layer(name).compute_dtype for name in names} == dict.fromkeys(names, "bfloat16")


def test_backbone_computes_in_16_bits_and_its_pixels_are_scaled_in_float32() -> None:
    model = built("mixed_bfloat16", NET, POOL, OUTPUT, side=32)
    assert computed_in(model) == {
        "net_preprocess": "float32",
        "net": "bfloat16",
        "pool": "bfloat16",
        "output": "float32",
    }
    assert {layer.compute_dtype for layer in model.get_layer("net").layers[1:]} == {"bfloat16"}


def test_weights_start_alike_in_every_precision() -> None:
    plain, mixed = (built(precision, CONV, FLAT, OUTPUT) for precision in ("float32", "mixed_bfloat16"))
    assert all(np.array_equal(*pair) for pair in zip(plain.get_weights(), mixed.get_weights(), strict=True))
    x = np.random.default_rng(0).normal(size=(4, 8, 8, 3)).astype(np.float32)
    assert not np.array_equal(plain(x), mixed(x))
    np.testing.assert_allclose(plain(x), mixed(x), rtol=0.05, atol=0.05)


@pytest.mark.parametrize("dtype", IN_16_BITS)
def test_saved_model_of_16_bits_says_the_same(tmp_path: Path, dtype: str) -> None:
    model = built(IN_16_BITS[dtype], CONV, NORM, GELU, FLAT, OUTPUT)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    x = np.random.default_rng(0).normal(size=(4, 8, 8, 3)).astype(np.float32)
    assert np.array_equal(loaded(x), model(x))
    inside = ("conv", "norm", "flat")
    assert {name: loaded.get_layer(name).compute_dtype for name in inside} == dict.fromkeys(inside, dtype)
