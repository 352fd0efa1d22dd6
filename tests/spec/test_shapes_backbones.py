"""The table of networks, against Keras."""

from __future__ import annotations

from typing import get_args

import pytest

from ablation.spec import ModelSpec, model_shapes
from ablation.spec.layers.backbone import NETWORKS_WITH_ALPHA, Network
from ablation.spec.shapes.backbones import networks

from .backbones import ALPHAS, CLASSES, Measured, measure

# One network of each way to shrink, at sizes that are odd, even and the smallest.
SHRUNK = {
    "convnext_tiny": [(32, 63), (97, 100)],
    "densenet121": [(32, 63), (97, 100)],
    "efficientnet_b0": [(32, 33), (97, 100)],
    "efficientnet_v2_b0": [(32, 33), (97, 100)],
    "inception_v3": [(75, 76), (97, 110)],
    "inception_resnet_v2": [(75, 98)],
    "mobilenet": [(32, 33), (63, 97), (100, 127)],
    "mobilenet_v2": [(32, 33), (63, 97), (100, 127)],
    "mobilenet_v3_small": [(32, 33), (97, 100)],
    "nasnet_mobile": [(32, 33), (97, 100)],
    "resnet50": [(32, 33), (97, 100)],
    "resnet50_v2": [(32, 33), (97, 100)],
    "vgg16": [(32, 63), (97, 100)],
    "xception": [(71, 72), (97, 100)],
}
ALL = [(network, alpha) for network in CLASSES for alpha in ALPHAS.get(network, (1.0,))]


def in_table(network: str, alpha: float, size: tuple[int, int]) -> Measured:
    fields = {"kind": "backbone", "name": "network", "network": network, "weights": "none", "trainable": True}
    if network in ALPHAS:
        fields["alpha"] = alpha
    shapes = model_shapes(ModelSpec.model_validate({"layers": [fields]}), (*size, 3))
    assert shapes.parameters is not None
    assert shapes.trainable_parameters is not None
    sizes = tuple(size for size in shapes.output_shape if size is not None)
    return Measured(sizes, shapes.parameters, shapes.parameters - shapes.trainable_parameters)


def test_table_has_every_network_of_the_language() -> None:
    assert set(networks()) == set(get_args(Network)) == set(CLASSES)
    assert set(ALPHAS) == set(NETWORKS_WITH_ALPHA)


def test_small_network_is_in_the_table_as_keras_builds_it() -> None:
    assert in_table("mobilenet", 0.25, (63, 97)) == measure("mobilenet", 0.25, (63, 97))


@pytest.mark.slow
@pytest.mark.parametrize(("network", "alpha"), ALL)
def test_network_is_in_the_table_as_keras_builds_it(network: str, alpha: float) -> None:
    assert in_table(network, alpha, (96, 96)) == measure(network, alpha, (96, 96))


@pytest.mark.slow
@pytest.mark.parametrize(("network", "size"), [(network, size) for network, sizes in SHRUNK.items() for size in sizes])
def test_network_shrinks_images_as_the_table_says(network: str, size: tuple[int, int]) -> None:
    assert in_table(network, 1.0, size) == measure(network, 1.0, size)


@pytest.mark.slow
@pytest.mark.parametrize("network", SHRUNK)
def test_network_refuses_images_below_the_smallest_size(network: str) -> None:
    smallest = networks()[network].smallest
    with pytest.raises(ValueError, match=f"at least {smallest}x{smallest}"):
        measure(network, 1.0, (smallest, smallest - 1))
