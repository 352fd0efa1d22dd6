"""How a layer's weights start: the initialisers of Keras, by name."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ablation.spec.base import SpecModel


class Constant(SpecModel):
    """Every weight starts at `value`."""

    kind: Literal["constant"]
    value: float = Field(default=0.0, description="The value of every weight.")


class RandomUniform(SpecModel):
    """Weights drawn uniformly from [low, high)."""

    kind: Literal["random_uniform"]
    low: float = Field(default=-0.05, description="Lower bound.")
    high: float = Field(default=0.05, description="Upper bound.")


class RandomNormal(SpecModel):
    """Weights drawn from a normal distribution."""

    kind: Literal["random_normal"]
    mean: float = Field(default=0.0, description="Mean.")
    stddev: float = Field(default=0.05, gt=0, description="Standard deviation.")


class Scaled(SpecModel):
    """A variance scaled by the layer's fan-in or fan-out (Glorot, He, LeCun), or zeros and ones."""

    kind: Literal[
        "zeros",
        "ones",
        "glorot_uniform",
        "glorot_normal",
        "he_uniform",
        "he_normal",
        "lecun_uniform",
        "lecun_normal",
    ]


Initializer = Annotated[Constant | RandomUniform | RandomNormal | Scaled, Field(discriminator="kind")]
