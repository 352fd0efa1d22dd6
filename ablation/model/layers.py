"""Layers of Keras from their specs."""

from __future__ import annotations

from functools import singledispatch

from keras import layers

from ablation import seeds
from ablation.model.initializers import build_initializer
from ablation.model.regularizers import build_regularizer
from ablation.spec.layers import Activation, BatchNormalization, Dense, Dropout, Flatten, Layer


@singledispatch
def build_layer(spec: Layer, seed: int) -> layers.Layer:
    """Return the Keras layer a spec describes.

    Args:
        spec: Kind, name and settings.
        seed: The trial's seed; what the layer draws is derived from it and the layer's name.
    """
    raise TypeError(f"no layer for {type(spec).__name__}")


@build_layer.register
def _(spec: Dense, seed: int) -> layers.Layer:
    return layers.Dense(
        spec.units,
        name=spec.name,
        activation=spec.activation,
        use_bias=spec.use_bias,
        kernel_initializer=build_initializer(spec.kernel_initializer, seeds.derive(seed, "start", spec.name, "kernel")),
        bias_initializer=build_initializer(spec.bias_initializer, seeds.derive(seed, "start", spec.name, "bias")),
        kernel_regularizer=build_regularizer(spec.kernel_regularizer),
        bias_regularizer=build_regularizer(spec.bias_regularizer),
    )


@build_layer.register
def _(spec: Dropout, seed: int) -> layers.Layer:
    return layers.Dropout(spec.rate, seed=seeds.derive(seed, "noise", spec.name), name=spec.name)


@build_layer.register
def _(spec: BatchNormalization, seed: int) -> layers.Layer:
    return layers.BatchNormalization(axis=spec.axis, momentum=spec.momentum, epsilon=spec.epsilon, name=spec.name)


@build_layer.register
def _(spec: Flatten, seed: int) -> layers.Layer:
    return layers.Flatten(name=spec.name)


@build_layer.register
def _(spec: Activation, seed: int) -> layers.Layer:
    return layers.Activation(spec.activation, name=spec.name)
