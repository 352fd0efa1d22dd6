"""Backbones: networks of keras.applications inside a model, scaled pixels to features."""

from __future__ import annotations

import warnings
from typing import Any

import keras

from ablation import seeds
from ablation.model.errors import reason
from ablation.model.networks import NETWORKS
from ablation.model.pixels import scale_pixels
from ablation.model.precision import computing_in
from ablation.model.start import Start
from ablation.spec.layers import Backbone, WeightsFile


class WeightsUnavailable(Exception):
    """Weights of a backbone that cannot be had or do not belong to its network."""


def connect_backbone(spec: Backbone, pixels: keras.KerasTensor, start: Start) -> keras.KerasTensor:
    """Apply a network's scaling, then the network, as a layer of the backbone's name.

    A backbone that starts frozen runs as in inference for good: its batch normalisations keep their moving statistics
    and its dropout is off, also where a later phase trains its weights.

    Args:
        spec: Which network, and what becomes of its weights.
        pixels: Of shape (batch, height, width, channels), from 0 to 255.
        start: Weights and noise are drawn from its seed, the backbone's name and the place in the network.

    Raises:
        WeightsUnavailable: The weights cannot be had or belong to another network.
        ValueError: The network does not take such images or settings.
    """
    network = _build_network(spec, tuple(pixels.shape[1:]), start.seed)
    if isinstance(spec.weights, WeightsFile):
        _read_weights(network, spec.weights, start)
    _freeze(network, spec)
    if spec.preprocess:
        with computing_in("float32"):  # 16 bits would round pixels that are no whole numbers
            pixels = scale_pixels(pixels, NETWORKS[spec.network].scaling, name=f"{spec.name}_preprocess")
    return network(pixels) if spec.trainable else network(pixels, training=False)


def _build_network(spec: Backbone, input_shape: tuple[int, ...], seed: int) -> keras.Model:
    settings: dict[str, Any] = {"include_top": False, "input_shape": input_shape, "weights": None}
    settings |= NETWORKS[spec.network].switches(preprocess=spec.preprocess)
    if spec.alpha is not None:
        settings["alpha"] = spec.alpha
    network = _download(spec, settings) if spec.weights == "imagenet" else NETWORKS[spec.network].build(**settings)
    if spec.weights != "none" and not spec.trainable:
        return keras.Model(network.inputs, network.outputs[0], name=spec.name)
    seeded = _seed(network, spec.name, seed)
    if spec.weights == "imagenet":
        seeded.set_weights(network.get_weights())
    return seeded


def _download(spec: Backbone, settings: dict[str, Any]) -> keras.Model:
    try:
        return NETWORKS[spec.network].build(**{**settings, "weights": "imagenet"})
    except (ValueError, TypeError):
        raise
    # Keras raises a bare Exception when a download fails.
    except Exception as error:
        raise WeightsUnavailable(
            f"the ImageNet weights of {spec.network} cannot be downloaded: {reason(error)}.\n"
            "  Check the network, or name a file on your mirror: `weights: {file: ..., sha256: ...}`."
        ) from error


def _seed(network: keras.Model, name: str, seed: int) -> keras.Model:
    """Return the network made anew from its configuration, with a seed wherever it draws."""
    config = network.get_config()
    _put_seeds(config["layers"], seed, (name,))
    return type(network).from_config({**config, "name": name})


def _put_seeds(layers: list[dict[str, Any]], seed: int, place: tuple[str | int, ...]) -> None:
    # By place: what Keras calls a layer depends on how many were made before it in this process.
    for index, layer in enumerate(layers):
        settings, here = layer["config"], (*place, index)
        _put_seeds(settings.get("layers", []), seed, here)
        for key, value in settings.items():
            if key == "seed":
                settings[key] = seeds.derive(seed, "noise", *here)
            elif key.endswith("_initializer") and "seed" in value["config"]:
                value["config"]["seed"] = seeds.derive(seed, "start", *here, key.removesuffix("_initializer"))


def _read_weights(network: keras.Model, file: WeightsFile, start: Start) -> None:
    if start.weights is None:
        raise WeightsUnavailable(f"they are in the file {file.file}, and no source of files was given")
    path = start.weights(file)
    try:
        with warnings.catch_warnings():
            # Keras only warns of layers that the file says nothing of; they would keep random weights.
            warnings.simplefilter("error", UserWarning)
            network.load_weights(path)
    except (OSError, KeyError, ValueError, UserWarning) as error:
        raise WeightsUnavailable(f"{file.file} does not hold the weights of this network: {reason(error)}") from error


def _freeze(network: keras.Model, spec: Backbone) -> None:
    network.trainable = spec.trainable
    if spec.trainable_layers is not None:
        for layer in network.layers[: -spec.trainable_layers]:
            layer.trainable = False
