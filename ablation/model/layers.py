"""Layers of Keras from their specs. Most kinds are a class with the spec's fields as its arguments."""

from __future__ import annotations

import math
from functools import singledispatch

from keras import layers

from ablation import seeds
from ablation.model.arguments import keras_arguments
from ablation.model.batch_normalization import BatchNormalization
from ablation.spec.layers import (
    AlphaDropout,
    Bidirectional,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    Gelu,
    Gru,
    Layer,
    Lstm,
    Selu,
    SpatialDropout1D,
    SpatialDropout2D,
)

CLASSES: dict[str, type[layers.Layer]] = {
    "dense": layers.Dense,
    "embedding": layers.Embedding,
    "conv1d": layers.Conv1D,
    "conv2d": layers.Conv2D,
    "depthwise_conv2d": layers.DepthwiseConv2D,
    "separable_conv2d": layers.SeparableConv2D,
    "max_pooling1d": layers.MaxPooling1D,
    "average_pooling1d": layers.AveragePooling1D,
    "max_pooling2d": layers.MaxPooling2D,
    "average_pooling2d": layers.AveragePooling2D,
    "global_max_pooling1d": layers.GlobalMaxPooling1D,
    "global_average_pooling1d": layers.GlobalAveragePooling1D,
    "global_max_pooling2d": layers.GlobalMaxPooling2D,
    "global_average_pooling2d": layers.GlobalAveragePooling2D,
    "flatten": layers.Flatten,
    "reshape": layers.Reshape,
    "zero_padding1d": layers.ZeroPadding1D,
    "zero_padding2d": layers.ZeroPadding2D,
    "activation": layers.Activation,
    "relu": layers.ReLU,
    "leaky_relu": layers.LeakyReLU,
    "prelu": layers.PReLU,
    "elu": layers.ELU,
    "dropout": layers.Dropout,
    "spatial_dropout1d": layers.SpatialDropout1D,
    "spatial_dropout2d": layers.SpatialDropout2D,
    "alpha_dropout": layers.AlphaDropout,
    "gaussian_dropout": layers.GaussianDropout,
    "gaussian_noise": layers.GaussianNoise,
    "batch_normalization": BatchNormalization,
    "layer_normalization": layers.LayerNormalization,
    "group_normalization": layers.GroupNormalization,
    "lstm": layers.LSTM,
    "gru": layers.GRU,
    "add": layers.Add,
    "multiply": layers.Multiply,
    "average": layers.Average,
    "maximum": layers.Maximum,
    "concatenate": layers.Concatenate,
}
_Noisy = Dropout | SpatialDropout1D | SpatialDropout2D | AlphaDropout | GaussianDropout | GaussianNoise | Lstm | Gru


@singledispatch
def build_layer(spec: Layer, seed: int) -> layers.Layer:
    """Return the Keras layer a spec describes.

    Args:
        spec: Kind, name and settings. Residual blocks, backbones and the approximate gelu are no layer of Keras.
        seed: The trial's seed; what the layer draws is derived from it and the layer's name.
    """
    return CLASSES[spec.kind](name=spec.name, **keras_arguments(spec, seed, spec.name))


@build_layer.register
def _(spec: _Noisy, seed: int) -> layers.Layer:
    noise = seeds.derive(seed, "noise", spec.name)
    return CLASSES[spec.kind](name=spec.name, seed=noise, **keras_arguments(spec, seed, spec.name))


@build_layer.register
def _(spec: Bidirectional, seed: int) -> layers.Layer:
    # Keras would make the backward layer of the forward one's configuration, so that both start alike.
    layer = layers.Bidirectional(
        _direction(spec, seed, "forward"),
        merge_mode=spec.merge_mode,
        backward_layer=_direction(spec, seed, "backward"),
        name=spec.name,
    )
    layer.trainable = spec.trainable  # as an argument it would not reach the layers inside
    return layer


def _direction(spec: Bidirectional, seed: int, direction: str) -> layers.Layer:
    settings = keras_arguments(spec.layer, seed, spec.name, direction)
    settings["go_backwards"] = spec.layer.go_backwards != (direction == "backward")
    noise = seeds.derive(seed, "noise", spec.name, direction)
    return CLASSES[spec.layer.kind](name=f"{direction}_{spec.name}", seed=noise, **settings)


@build_layer.register
def _(spec: Selu, seed: int) -> layers.Layer:
    return layers.Activation("selu", name=spec.name)


@build_layer.register
def _(spec: Gelu, seed: int) -> layers.Layer:
    return layers.Activation("gelu", name=spec.name)


def check_weights(layer: layers.Layer) -> None:
    """Make sure that each penalty and constraint of a layer can be applied to the weight it is given for.

    Raises:
        ValueError: One cannot, which Keras would find in the first step of the training only.
    """
    for weight in layer.weights:
        which = f"{weight.name} of shape {tuple(weight.shape)}"
        if weight.regularizer is not None and not math.isfinite(float(weight.regularizer(weight))):
            raise ValueError(f"the penalty on {which} is not a number")
        if getattr(weight.constraint, "axis", 0) >= len(weight.shape):
            raise ValueError(f"the constraint on {which} has axis {weight.constraint.axis}, which is not there")
