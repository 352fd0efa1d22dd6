"""Pixels of 0 to 255 as the networks of keras.applications want them, in layers that a saved model keeps.

Source: keras.applications.imagenet_utils.preprocess_input
"""

from __future__ import annotations

import keras
from keras import layers

from ablation.model.networks import Scaling
from ablation.model.operations import apply_as_layer

# Of ImageNet: mean and standard deviation for red, green, blue of 0 to 1; mean for blue, green, red of 0 to 255.
_MEAN_RGB, _STDDEV_RGB = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_MEAN_BGR = (103.939, 116.779, 123.68)


def scale_pixels(pixels: keras.KerasTensor, scaling: Scaling, *, name: str) -> keras.KerasTensor:
    """Return the scaled pixels; the pixels themselves where the network scales them.

    Args:
        pixels: Of shape (batch, height, width, channels), red, green, blue, from 0 to 255.
        scaling: tf: from -1 to 1; torch: whitened per channel; caffe: centred, in the order blue, green, red.
        name: Of the layer that scales.

    Raises:
        ValueError: The scaling is one of three colours, and there are not three.
    """
    if scaling in ("caffe", "torch") and pixels.shape[-1] != 3:
        raise ValueError("this network's scaling needs the channels red, green and blue; or set `preprocess: false`")
    if scaling == "tf":
        return layers.Rescaling(1 / 127.5, offset=-1.0, name=name)(pixels)
    if scaling == "torch":
        scale = [1 / (255 * stddev) for stddev in _STDDEV_RGB]
        offset = [-mean / stddev for mean, stddev in zip(_MEAN_RGB, _STDDEV_RGB, strict=True)]
        return layers.Rescaling(scale, offset=offset, name=name)(pixels)
    return apply_as_layer(_center_bgr, pixels, name=name) if scaling == "caffe" else pixels


def _center_bgr(pixels: keras.KerasTensor) -> keras.KerasTensor:
    return layers.Rescaling(1.0, offset=[-mean for mean in _MEAN_BGR])(keras.ops.flip(pixels, axis=-1))
