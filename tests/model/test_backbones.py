"""Tests of networks of keras.applications inside a model."""

from __future__ import annotations

import hashlib
import os
import urllib.request
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from ablation.data import Array
from ablation.model import ModelError, WeightsSource, build_model, fetch_weights
from ablation.settings import Settings
from ablation.spec import ModelSpec
from ablation.spec.layers import WeightsFile

SHAPE = (96, 96, 3)
PIXELS = np.random.default_rng(0).integers(0, 256, size=(2, *SHAPE)).astype(np.float32)
POOL = {"kind": "global_average_pooling2d", "name": "pool"}
PUBLISHED = "mobilenet_v2_0.35_224_no_top.weights.h5"
PUBLISHED_SHA256 = "04af0032"


def backbone(**settings: Any) -> dict[str, Any]:
    small = {"kind": "backbone", "name": "features", "network": "mobilenet_v2", "alpha": 0.35, "weights": "none"}
    return {**small, **settings}


def build(
    *layers: dict[str, Any], shape: tuple[int, ...] = SHAPE, seed: int = 0, weights: WeightsSource | None = None
) -> keras.Model:
    spec = ModelSpec.model_validate({"layers": list(layers)})
    return build_model(spec, input_shape=shape, seed=seed, weights=weights)


def mobilenet(**settings: Any) -> keras.Model:
    small = {"include_top": False, "weights": None, "alpha": 0.35, "input_shape": SHAPE}
    return keras.applications.MobileNetV2(**{**small, **settings})


def outputs(model: keras.Model, training: bool = False) -> Array:
    return np.asarray(model(PIXELS, training=training))


def kernels(model: keras.Model, layer: str = "features") -> list[Array]:
    return [np.asarray(weight) for weight in model.get_layer(layer).get_weights()]


def is_equal(first: list[Array], second: list[Array]) -> bool:
    return all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))


@pytest.mark.slow
def test_backbone_is_the_network_after_its_scaling_of_pixels() -> None:
    model, network = build(backbone()), mobilenet()
    network.set_weights(model.get_layer("features").get_weights())
    assert [layer.name for layer in model.layers[1:]] == ["features_preprocess", "features"]
    np.testing.assert_allclose(outputs(model), np.asarray(network(PIXELS / 127.5 - 1)), rtol=1e-3, atol=1e-5)


@pytest.mark.slow
def test_backbone_without_preprocessing_takes_pixels_as_they_are() -> None:
    model, network = build(backbone(preprocess=False)), mobilenet()
    network.set_weights(model.get_layer("features").get_weights())
    np.testing.assert_allclose(outputs(model), np.asarray(network(PIXELS)), rtol=1e-3, atol=1e-5)


@pytest.mark.slow
def test_weights_drawn_at_random_depend_on_seed_and_name_alone() -> None:
    first = kernels(build(backbone()))
    # Keras names the layers of a second network of one process otherwise.
    again = kernels(build(backbone(trainable=True)))
    assert is_equal(first, again)
    assert not np.array_equal(first[0], kernels(build(backbone(), seed=1))[0])
    assert not np.array_equal(first[0], kernels(build(backbone(name="other")), "other")[0])


@pytest.mark.slow
def test_layers_of_one_backbone_start_differently() -> None:
    weights = [weight for weight in kernels(build(backbone())) if weight.shape == (3, 3, 48, 1)]
    assert len(weights) > 1
    assert not np.array_equal(weights[0], weights[1])


@pytest.mark.slow
def test_frozen_backbone_has_no_trainable_weights_and_keeps_its_statistics() -> None:
    model = build(backbone(), POOL, {"kind": "dense", "name": "output", "units": 5})
    assert [weight.path for weight in model.trainable_weights] == ["output/kernel", "output/bias"]
    before = kernels(model)
    assert np.array_equal(outputs(model, training=True), outputs(model))
    model.compile(optimizer="sgd", loss="mse")
    model.fit(PIXELS, np.ones((2, 5)), verbose=0)
    assert is_equal(kernels(model), before)


@pytest.mark.slow
def test_trainable_backbone_learns_and_normalises_by_its_batches() -> None:
    model = build(backbone(trainable=True))
    assert len(model.trainable_weights) == len(mobilenet().trainable_weights)
    assert not np.allclose(outputs(model, training=True), outputs(model))


def test_trainable_layers_are_the_last_ones_of_the_network() -> None:
    network = build(backbone(trainable=True, trainable_layers=3)).get_layer("features")
    assert [layer.name for layer in network.layers if layer.trainable] == ["Conv_1", "Conv_1_bn", "out_relu"]
    assert [weight.path for weight in network.trainable_weights] == [
        "Conv_1/kernel",
        "Conv_1_bn/gamma",
        "Conv_1_bn/beta",
    ]


@pytest.mark.slow
def test_noise_of_a_trainable_network_depends_on_the_seed_alone() -> None:
    efficient = backbone(network="efficientnet_b0", alpha=None, trainable=True)
    given = PIXELS[:, :32, :32]
    first, again, other = (
        np.asarray(build(efficient, shape=(32, 32, 3), seed=seed)(given, training=True)) for seed in (0, 0, 1)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.slow
@pytest.mark.parametrize("preprocess", [True, False])
def test_network_that_scales_pixels_itself_is_told_whether_to(preprocess: bool) -> None:
    model = build(backbone(network="mobilenet_v3_small", alpha=1.0, preprocess=preprocess), shape=(32, 32, 3))
    kinds = [type(layer).__name__ for layer in model.get_layer("features").layers]
    assert kinds.count("Rescaling") == int(preprocess)
    assert [layer.name for layer in model.layers[1:]] == ["features"]


REFUSED: dict[str, tuple[dict[str, Any], tuple[int, ...], str]] = {
    "images_too_small": (
        {},
        (16, 16, 3),
        r"^model\.layers\.features: does not fit an input of shape \(16, 16, 3\): .*32",
    ),
    "no_images": ({}, (10,), r"^model\.layers\.features: does not fit an input of shape \(10,\): "),
    "scaling_that_cannot_be_left_out": (
        {"network": "efficientnet_b0", "alpha": None, "preprocess": False},
        SHAPE,
        r"^model\.layers\.features: .*always scales pixels itself",
    ),
    "alpha_without_published_weights": (
        {"weights": "imagenet", "alpha": 0.4},
        SHAPE,
        r"^model\.layers\.features: .*alpha",
    ),
    "no_source_of_files": (
        {"weights": {"file": "features.weights.h5", "sha256": "0" * 64}},
        SHAPE,
        r"^model\.layers\.features\.weights: .*features\.weights\.h5.*no source",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_backbone_that_does_not_fit_is_refused_with_its_path(name: str) -> None:
    settings, shape, message = REFUSED[name]
    with pytest.raises(ModelError, match=message):
        build(backbone(**settings), shape=shape)


def test_download_that_fails_is_said_in_plain_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from keras.src.backend import config

    monkeypatch.setattr(config, "_KERAS_DIR", str(tmp_path))
    # A proxy that is not there: urllib fails as it does without a network.
    nowhere = urllib.request.build_opener(urllib.request.ProxyHandler({"https": "http://127.0.0.1:9"}))
    monkeypatch.setattr(urllib.request, "_opener", nowhere)
    with pytest.raises(ModelError) as raised:
        build(backbone(weights="imagenet"))
    message = str(raised.value)
    assert message.startswith(
        "model.layers.features.weights: the ImageNet weights of mobilenet_v2 cannot be downloaded"
    )
    assert "Check the network" in message


def mirror_with(network: keras.Model, folder: Path) -> tuple[dict[str, str], WeightsSource]:
    """Save a network's weights on a mirror, and return how a spec names the file and what fetches it."""
    mirror = folder / "mirror"
    mirror.mkdir()
    network.save_weights(mirror / "features.weights.h5")
    digest = hashlib.sha256((mirror / "features.weights.h5").read_bytes()).hexdigest()
    settings = Settings(_env_file=None, cache_dir=folder / "cache", datasets=str(mirror))
    return {"file": "features.weights.h5", "sha256": digest}, lambda file: fetch_weights(file, settings)


@pytest.mark.slow
@pytest.mark.parametrize("trainable", [False, True])
def test_weights_of_a_file_are_those_of_the_network_that_was_saved(tmp_path: Path, trainable: bool) -> None:
    network = mobilenet()
    file, source = mirror_with(network, tmp_path)
    model = build(backbone(weights=file, trainable=trainable), weights=source)
    assert is_equal(kernels(model), [np.asarray(weight) for weight in network.get_weights()])


@pytest.mark.slow
def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    file, source = mirror_with(mobilenet(alpha=0.5), tmp_path)
    with pytest.raises(ModelError) as raised:
        build(backbone(weights=file), weights=source)
    expected = "model.layers.features.weights: features.weights.h5 does not hold the weights of this network: "
    assert str(raised.value).startswith(expected)


def test_file_that_holds_no_weights_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "features.weights.h5"
    path.write_bytes(b"no weights")
    file = {"file": "features.weights.h5", "sha256": hashlib.sha256(b"no weights").hexdigest()}
    with pytest.raises(ModelError, match=r"^model\.layers\.features\.weights: features\.weights\.h5 does not hold"):
        build(backbone(weights=file), weights=lambda _: path)


FAMILIES = [
    ("convnext_tiny", 32),
    ("densenet121", 32),
    ("efficientnet_b0", 32),
    ("efficientnet_v2_b0", 32),
    ("inception_resnet_v2", 75),
    ("inception_v3", 75),
    ("mobilenet", 32),
    ("mobilenet_v3_large", 32),
    ("nasnet_mobile", 32),
    ("resnet50", 32),
    ("resnet50_v2", 32),
    ("vgg16", 32),
    ("xception", 71),
]


@pytest.mark.slow
@pytest.mark.parametrize(("network", "size"), FAMILIES)
def test_every_family_is_drawn_by_the_seed_saved_and_loaded(network: str, size: int, tmp_path: Path) -> None:
    spec = backbone(network=network, alpha=None)
    model, again = (build(spec, shape=(size, size, 3)) for _ in range(2))
    assert is_equal(kernels(model), kernels(again))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", compile=False)
    given = PIXELS[:, :size, :size]
    np.testing.assert_allclose(np.asarray(loaded(given)), np.asarray(model(given)), rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_published_weights_give_features_that_tell_images_apart(tmp_path: Path) -> None:
    mirror = os.environ.get("ABLATION_DATASETS")
    if not mirror or not (Path(mirror) / PUBLISHED).is_file():
        pytest.skip(f"ABLATION_DATASETS names no folder with {PUBLISHED}")
    digest = hashlib.sha256((Path(mirror) / PUBLISHED).read_bytes()).hexdigest()
    assert digest.startswith(PUBLISHED_SHA256)
    settings = Settings(_env_file=None, cache_dir=tmp_path, datasets=mirror)
    spec = backbone(weights={"file": PUBLISHED, "sha256": digest})
    model = build(spec, weights=lambda file: fetch_weights(file, settings))
    network = mobilenet()
    network.load_weights(fetch_weights(WeightsFile(file=PUBLISHED, sha256=digest), settings))
    np.testing.assert_allclose(outputs(model), np.asarray(network(PIXELS / 127.5 - 1)), rtol=1e-3, atol=1e-4)
    assert outputs(model).std() > 0.1
