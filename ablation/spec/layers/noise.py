"""Noise that acts while training only."""

from typing import Literal

from pydantic import Field

from ablation.spec.layers.base import LayerSpec, Rate


class Dropout(LayerSpec):
    """Sets a random share of its inputs to zero while training and scales the others up."""

    kind: Literal["dropout"]
    rate: Rate


class SpatialDropout1D(LayerSpec):
    """Drops whole channels of a sequence."""

    kind: Literal["spatial_dropout1d"]
    rate: Rate


class SpatialDropout2D(LayerSpec):
    """Drops whole channels of an image."""

    kind: Literal["spatial_dropout2d"]
    rate: Rate


class AlphaDropout(LayerSpec):
    """Dropout that keeps mean and variance; made for selu."""

    kind: Literal["alpha_dropout"]
    rate: Rate


class GaussianDropout(LayerSpec):
    """Multiplies by noise of mean 1 and standard deviation sqrt(rate / (1 - rate))."""

    kind: Literal["gaussian_dropout"]
    rate: Rate


class GaussianNoise(LayerSpec):
    """Adds noise of mean 0."""

    kind: Literal["gaussian_noise"]
    stddev: float = Field(ge=0, description="Standard deviation of the noise.", examples=[0.1])
