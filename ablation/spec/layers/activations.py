"""Activations as layers of their own."""

from typing import Literal

from pydantic import Field

from ablation.spec.base import Many, PositiveInt
from ablation.spec.initializers import Initializer
from ablation.spec.layers.base import ZEROS, ActivationName, LayerSpec, Weighted
from ablation.spec.regularizers import Regularizer


class Activation(LayerSpec):
    """An activation by name, e.g. between a dense layer and its normalisation."""

    kind: Literal["activation"]
    activation: ActivationName = Field(description="The function.")


class Relu(LayerSpec):
    """max(x, 0), with a slope below the threshold and a largest value if wanted."""

    kind: Literal["relu"]
    max_value: float | None = Field(
        default=None, ge=0, description="Largest output; unlimited when left out.", examples=[6.0]
    )
    negative_slope: float = Field(default=0.0, ge=0, description="Slope below the threshold.")
    threshold: float = Field(default=0.0, ge=0, description="Where the activation begins.")


class LeakyRelu(LayerSpec):
    """x above 0, negative_slope * x below."""

    kind: Literal["leaky_relu"]
    negative_slope: float = Field(default=0.3, ge=0, description="Slope below 0.")


class PRelu(Weighted):
    """x above 0, alpha * x below, with an alpha that is learned."""

    kind: Literal["prelu"]
    alpha_initializer: Initializer = Field(default=ZEROS, description="Start of alpha.")
    alpha_regularizer: Regularizer | None = Field(default=None, description="Penalty on alpha.")
    shared_axes: Many[PositiveInt] | None = Field(
        default=None, description="Axes that share one alpha, e.g. [1, 2] for height and width.", examples=[[1, 2]]
    )


class Elu(LayerSpec):
    """x above 0, alpha * (exp(x) - 1) below."""

    kind: Literal["elu"]
    alpha: float = Field(default=1.0, gt=0, description="Limit far below 0, with a minus sign.")


class Selu(LayerSpec):
    """The scaled exponential linear unit; wants lecun_normal weights and alpha dropout."""

    kind: Literal["selu"]


class Gelu(LayerSpec):
    """x times the normal distribution function of x."""

    kind: Literal["gelu"]
    approximate: bool = Field(default=False, description="Whether the tanh approximation is used.")
