"""The networks of keras.applications: what builds them, and how they want pixels of 0 to 255 scaled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import keras
from keras import applications

# `inside`: the network scales pixels itself and can be told not to; `always_inside`: it cannot.
Scaling = Literal["tf", "caffe", "torch", "inside", "always_inside"]


@dataclass(frozen=True)
class Network:
    """One network: the function that builds it, and its scaling of pixels."""

    build: Callable[..., keras.Model]
    scaling: Scaling

    def switches(self, *, preprocess: bool) -> dict[str, Any]:
        """Return the arguments that turn the network's own scaling on or off.

        Raises:
            ValueError: It cannot be turned off.
        """
        if self.scaling == "always_inside" and not preprocess:
            raise ValueError("this network always scales pixels itself: remove `preprocess: false`")
        return {"include_preprocessing": preprocess} if self.scaling == "inside" else {}


NETWORKS: dict[str, Network] = {
    "convnext_base": Network(applications.ConvNeXtBase, "inside"),
    "convnext_large": Network(applications.ConvNeXtLarge, "inside"),
    "convnext_small": Network(applications.ConvNeXtSmall, "inside"),
    "convnext_tiny": Network(applications.ConvNeXtTiny, "inside"),
    "convnext_xlarge": Network(applications.ConvNeXtXLarge, "inside"),
    "densenet121": Network(applications.DenseNet121, "torch"),
    "densenet169": Network(applications.DenseNet169, "torch"),
    "densenet201": Network(applications.DenseNet201, "torch"),
    "efficientnet_b0": Network(applications.EfficientNetB0, "always_inside"),
    "efficientnet_b1": Network(applications.EfficientNetB1, "always_inside"),
    "efficientnet_b2": Network(applications.EfficientNetB2, "always_inside"),
    "efficientnet_b3": Network(applications.EfficientNetB3, "always_inside"),
    "efficientnet_b4": Network(applications.EfficientNetB4, "always_inside"),
    "efficientnet_b5": Network(applications.EfficientNetB5, "always_inside"),
    "efficientnet_b6": Network(applications.EfficientNetB6, "always_inside"),
    "efficientnet_b7": Network(applications.EfficientNetB7, "always_inside"),
    "efficientnet_v2_b0": Network(applications.EfficientNetV2B0, "inside"),
    "efficientnet_v2_b1": Network(applications.EfficientNetV2B1, "inside"),
    "efficientnet_v2_b2": Network(applications.EfficientNetV2B2, "inside"),
    "efficientnet_v2_b3": Network(applications.EfficientNetV2B3, "inside"),
    "efficientnet_v2_l": Network(applications.EfficientNetV2L, "inside"),
    "efficientnet_v2_m": Network(applications.EfficientNetV2M, "inside"),
    "efficientnet_v2_s": Network(applications.EfficientNetV2S, "inside"),
    "inception_resnet_v2": Network(applications.InceptionResNetV2, "tf"),
    "inception_v3": Network(applications.InceptionV3, "tf"),
    "mobilenet": Network(applications.MobileNet, "tf"),
    "mobilenet_v2": Network(applications.MobileNetV2, "tf"),
    "mobilenet_v3_large": Network(applications.MobileNetV3Large, "inside"),
    "mobilenet_v3_small": Network(applications.MobileNetV3Small, "inside"),
    "nasnet_large": Network(applications.NASNetLarge, "tf"),
    "nasnet_mobile": Network(applications.NASNetMobile, "tf"),
    "resnet101": Network(applications.ResNet101, "caffe"),
    "resnet101_v2": Network(applications.ResNet101V2, "tf"),
    "resnet152": Network(applications.ResNet152, "caffe"),
    "resnet152_v2": Network(applications.ResNet152V2, "tf"),
    "resnet50": Network(applications.ResNet50, "caffe"),
    "resnet50_v2": Network(applications.ResNet50V2, "tf"),
    "vgg16": Network(applications.VGG16, "caffe"),
    "vgg19": Network(applications.VGG19, "caffe"),
    "xception": Network(applications.Xception, "tf"),
}
