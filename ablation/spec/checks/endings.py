"""The end of a model: the layer that decides the outputs, and the activation they went through."""

from __future__ import annotations

from ablation.spec.checks.subject import before
from ablation.spec.layers import (
    Activation,
    AlphaDropout,
    BatchNormalization,
    Bidirectional,
    DepthwiseConv2D,
    Dropout,
    Elu,
    Flatten,
    GaussianDropout,
    GaussianNoise,
    Gelu,
    GroupNormalization,
    Gru,
    Kernel,
    Layer,
    LayerNormalization,
    LeakyRelu,
    Lstm,
    PRelu,
    Relu,
    Reshape,
    Residual,
    Selu,
    SeparableConv2D,
)
from ablation.spec.model import ModelSpec

NOISE = (Dropout, AlphaDropout, GaussianDropout, GaussianNoise)
REARRANGING = (Flatten, Reshape)
ACTIVATIONS = (Activation, Relu, LeakyRelu, PRelu, Elu, Selu, Gelu)
NORMALIZATIONS = (BatchNormalization, LayerNormalization, GroupNormalization)


def deciding_layer(model: ModelSpec) -> Layer:
    """Return the last layer that is more than an activation, a normalisation or noise on what comes before."""
    return _back_over(model, model.layers[-1], (*NOISE, *ACTIVATIONS, *NORMALIZATIONS))


def activated_layer(model: ModelSpec) -> Layer:
    """Return the last layer that changes values: not noise and no rearranging."""
    return _back_over(model, model.layers[-1], (*NOISE, *REARRANGING))


def activation_of(layer: Layer) -> tuple[str, tuple[str, ...]]:
    """Return the activation of a layer's output, `linear` if it has none, and the keys that it stands under."""
    if isinstance(layer, Kernel | Activation | Residual | DepthwiseConv2D | SeparableConv2D | Lstm | Gru):
        return layer.activation, ("activation",)
    if isinstance(layer, Bidirectional):
        return layer.layer.activation, ("layer", "activation")
    if isinstance(layer, Relu):
        return ("linear" if layer.negative_slope else "relu"), ("kind",)
    return (layer.kind if isinstance(layer, Elu | Selu | Gelu) else "linear"), ("kind",)


def _back_over(model: ModelSpec, layer: Layer, kinds: tuple[type, ...]) -> Layer:
    while isinstance(layer, kinds) and (earlier := before(model, layer)) is not None:
        layer = earlier
    return layer
