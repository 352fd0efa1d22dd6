"""What Keras says of its networks, to write and to test the table of `ablation.spec.shapes`.

`python -m tests.spec.backbones > ablation/spec/shapes/backbones.yaml` writes the table anew; it builds every network.
"""

from __future__ import annotations

import gc
import math
from dataclasses import dataclass
from typing import Any

# How sizes shrink: windows as [size, stride, padding], read off the networks' code; the tests build them and compare.
HALVED_UP = [[1, 2, "same"]]
HALVED_DOWN = [[2, 2, "valid"]]
WINDOWS: dict[str, list[list[Any]]] = {
    "convnext": [[4, 4, "valid"], *HALVED_DOWN * 3],
    "densenet": [*HALVED_UP * 2, *HALVED_DOWN * 3],
    "halved_down": HALVED_DOWN * 5,
    "halved_up": HALVED_UP * 5,
    "inception": [[3, 2, "valid"], [3, 1, "valid"], [3, 2, "valid"], [3, 1, "valid"], *[[3, 2, "valid"]] * 3],
    "mobilenet": [*HALVED_UP, *HALVED_DOWN * 4],
    "nasnet": [[3, 2, "valid"], *HALVED_UP * 4],
    "xception": [[3, 2, "valid"], [3, 1, "valid"], *HALVED_UP * 4],
}
DEFAULT_SMALLEST = 32
SMALLEST = {"inception_resnet_v2": 75, "inception_v3": 75, "xception": 71}

ALPHAS = {
    "mobilenet": (0.25, 0.5, 0.75, 1.0),
    "mobilenet_v2": (0.35, 0.5, 0.75, 1.0, 1.3, 1.4),
    "mobilenet_v3_large": (0.75, 1.0),
    "mobilenet_v3_small": (0.75, 1.0),
}
CLASSES = {
    "convnext_base": "ConvNeXtBase",
    "convnext_large": "ConvNeXtLarge",
    "convnext_small": "ConvNeXtSmall",
    "convnext_tiny": "ConvNeXtTiny",
    "convnext_xlarge": "ConvNeXtXLarge",
    "densenet121": "DenseNet121",
    "densenet169": "DenseNet169",
    "densenet201": "DenseNet201",
    "efficientnet_b0": "EfficientNetB0",
    "efficientnet_b1": "EfficientNetB1",
    "efficientnet_b2": "EfficientNetB2",
    "efficientnet_b3": "EfficientNetB3",
    "efficientnet_b4": "EfficientNetB4",
    "efficientnet_b5": "EfficientNetB5",
    "efficientnet_b6": "EfficientNetB6",
    "efficientnet_b7": "EfficientNetB7",
    "efficientnet_v2_b0": "EfficientNetV2B0",
    "efficientnet_v2_b1": "EfficientNetV2B1",
    "efficientnet_v2_b2": "EfficientNetV2B2",
    "efficientnet_v2_b3": "EfficientNetV2B3",
    "efficientnet_v2_l": "EfficientNetV2L",
    "efficientnet_v2_m": "EfficientNetV2M",
    "efficientnet_v2_s": "EfficientNetV2S",
    "inception_resnet_v2": "InceptionResNetV2",
    "inception_v3": "InceptionV3",
    "mobilenet": "MobileNet",
    "mobilenet_v2": "MobileNetV2",
    "mobilenet_v3_large": "MobileNetV3Large",
    "mobilenet_v3_small": "MobileNetV3Small",
    "nasnet_large": "NASNetLarge",
    "nasnet_mobile": "NASNetMobile",
    "resnet101": "ResNet101",
    "resnet101_v2": "ResNet101V2",
    "resnet152": "ResNet152",
    "resnet152_v2": "ResNet152V2",
    "resnet50": "ResNet50",
    "resnet50_v2": "ResNet50V2",
    "vgg16": "VGG16",
    "vgg19": "VGG19",
    "xception": "Xception",
}


@dataclass(frozen=True)
class Measured:
    """A network as Keras builds it without its classifier: its output for one size, and its numbers of weights."""

    output_shape: tuple[int, ...]
    parameters: int
    untrained: int


def measure(network: str, alpha: float, size: tuple[int, int]) -> Measured:
    """Build a network with random weights for images of a size, and let it go again."""
    import keras

    settings = {"alpha": alpha} if network in ALPHAS else {}
    build = getattr(keras.applications, CLASSES[network])
    model = build(include_top=False, weights=None, input_shape=(*size, 3), **settings)
    trained = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    found = Measured(tuple(model.output_shape[1:]), model.count_params(), model.count_params() - trained)
    del model
    keras.backend.clear_session()
    gc.collect()
    return found


def windows_of(network: str) -> str:
    """Return the name of the windows that a network shrinks images by."""
    for prefix in ("convnext", "densenet", "inception", "nasnet", "xception"):
        if network.startswith(prefix):
            return prefix
    if network == "mobilenet":
        return "mobilenet"
    return "halved_down" if network.startswith("vgg") else "halved_up"


def write_table() -> None:
    """Print the table of all networks as YAML."""
    print("# How the networks of keras.applications change a shape, and what they weigh. Written by")
    print("# tests/spec/backbones.py; a slow test compares it with Keras. Windows are [size, stride, padding];")
    print("# untrained: moving statistics.")
    print("windows:")
    for name, windows in WINDOWS.items():
        print(f"  {name}: [{', '.join(_flow(window) for window in windows)}]")
    print("networks:")
    for network in CLASSES:
        smallest = SMALLEST.get(network, DEFAULT_SMALLEST)
        print(f"  {network}:\n    smallest: {smallest}\n    windows: {windows_of(network)}\n    by_alpha:")
        for alpha in ALPHAS.get(network, (1.0,)):
            found = measure(network, alpha, (96, 96))
            channels = found.output_shape[-1]
            print(
                f"      {alpha}: {{channels: {channels}, parameters: {found.parameters}, untrained: {found.untrained}}}"
            )


def _flow(window: list[Any]) -> str:
    return f"[{', '.join(map(str, window))}]"


if __name__ == "__main__":
    write_table()
