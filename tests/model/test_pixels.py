"""Tests of the scaling of pixels: that of keras.applications, in layers a saved model keeps."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import get_args

import keras
import numpy as np
import pytest

from ablation.data import Array
from ablation.model.networks import NETWORKS
from ablation.model.pixels import scale_pixels
from ablation.spec.layers import Backbone

PIXELS = np.random.default_rng(0).integers(0, 256, size=(2, 5, 4, 3)).astype(np.float32)


def scaling_model(network: str) -> keras.Model:
    inputs = keras.Input((5, 4, 3))
    return keras.Model(inputs, scale_pixels(inputs, NETWORKS[network].scaling, name="scale"))


def of_keras(network: str, pixels: Array) -> Array:
    module = NETWORKS[network].build.__module__.rpartition(".")[2]
    preprocess = importlib.import_module(f"keras.applications.{module}").preprocess_input
    return np.asarray(preprocess(pixels.copy()))


def test_every_network_of_the_language_is_known() -> None:
    assert sorted(NETWORKS) == sorted(get_args(Backbone.model_fields["network"].annotation))


@pytest.mark.parametrize("network", NETWORKS)
def test_network_is_built_by_the_function_of_its_name(network: str) -> None:
    assert NETWORKS[network].build.__name__.lower() == network.replace("_", "")


@pytest.mark.parametrize("network", NETWORKS)
def test_scaling_is_that_of_keras(network: str) -> None:
    np.testing.assert_allclose(np.asarray(scaling_model(network)(PIXELS)), of_keras(network, PIXELS), atol=2e-5)


@pytest.mark.parametrize("network", ["mobilenet_v2", "densenet121", "vgg16"])
def test_scaling_of_a_saved_model_loads_without_custom_objects(network: str, tmp_path: Path) -> None:
    model = scaling_model(network)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras", compile=False)
    assert not np.array_equal(np.asarray(model(PIXELS)), PIXELS)
    assert np.array_equal(np.asarray(again(PIXELS)), np.asarray(model(PIXELS)))


@pytest.mark.parametrize("scaling", ["caffe", "torch"])
def test_scaling_of_three_colours_refuses_grey_images(scaling: str) -> None:
    with pytest.raises(ValueError, match="red, green and blue"):
        scale_pixels(keras.Input((5, 4, 1)), scaling, name="scale")  # type: ignore[arg-type]
