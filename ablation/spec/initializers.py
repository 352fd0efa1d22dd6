"""How a layer's weights start. Fields are named as Keras names its arguments.

Source: https://keras.io/api/layers/initializers/
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ablation.spec.base import SpecModel

Stddev = Annotated[float, Field(gt=0, description="Standard deviation.", examples=[0.05])]


class Constant(SpecModel):
    """Every weight starts at `value`."""

    kind: Literal["constant"]
    value: float = Field(default=0.0, description="The value of every weight.")


class RandomUniform(SpecModel):
    """Weights drawn uniformly from [minval, maxval)."""

    kind: Literal["random_uniform"]
    minval: float = Field(default=-0.05, description="Lower bound.", examples=[-1.0])
    maxval: float = Field(default=0.05, description="Upper bound.", examples=[1.0])

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.minval >= self.maxval:
            raise PydanticCustomError("empty_range", "minval must be less than maxval")
        return self


class RandomNormal(SpecModel):
    """Weights drawn from a normal distribution."""

    kind: Literal["random_normal"]
    mean: float = Field(default=0.0, description="Mean.")
    stddev: Stddev = 0.05


class TruncatedNormal(SpecModel):
    """Weights drawn from a normal distribution; what lies beyond two standard deviations is drawn again."""

    kind: Literal["truncated_normal"]
    mean: float = Field(default=0.0, description="Mean.")
    stddev: Stddev = 0.05


class VarianceScaling(SpecModel):
    """Weights of variance scale / n, n being the fan that `mode` names."""

    kind: Literal["variance_scaling"]
    scale: float = Field(default=1.0, gt=0, description="Numerator of the variance.", examples=[2.0])
    mode: Literal["fan_in", "fan_out", "fan_avg"] = Field(default="fan_in", description="What n counts.")
    distribution: Literal["truncated_normal", "untruncated_normal", "uniform"] = Field(
        default="truncated_normal", description="What the weights are drawn from."
    )


class Orthogonal(SpecModel):
    """An orthogonal matrix, from the QR decomposition of a random normal one."""

    kind: Literal["orthogonal"]
    gain: float = Field(default=1.0, gt=0, description="Factor of the matrix.")


class Identity(SpecModel):
    """The identity matrix; for two-dimensional weights only."""

    kind: Literal["identity"]
    gain: float = Field(default=1.0, gt=0, description="Factor of the matrix.")


class Named(SpecModel):
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


Initializer = Annotated[
    Named | Constant | RandomUniform | RandomNormal | TruncatedNormal | VarianceScaling | Orthogonal | Identity,
    Field(discriminator="kind"),
]
