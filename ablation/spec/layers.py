"""The layers of a model. Each has a `kind`, a name and a switch."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ablation.spec.base import LAYER_NAME, SpecModel
from ablation.spec.initializers import Initializer, Scaled
from ablation.spec.regularizers import Regularizer

ActivationName = Literal[
    "linear", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "sigmoid", "tanh", "softplus", "softmax"
]


class _Layer(SpecModel):
    name: str = Field(pattern=LAYER_NAME, description="Unique in the model; variants address the layer by it.")
    enabled: bool = Field(default=True, description="Whether the layer is in the model; a switch for variants.")


class Dense(_Layer):
    """activation(inputs @ kernel + bias)."""

    kind: Literal["dense"]
    units: int = Field(ge=1, le=1_000_000, description="Number of outputs.", examples=[64])
    activation: ActivationName = Field(default="linear", description="Applied to the output.")
    use_bias: bool = Field(default=True, description="Whether a bias is added.")
    kernel_initializer: Initializer = Field(default=Scaled(kind="glorot_uniform"), description="Start of the kernel.")
    bias_initializer: Initializer = Field(default=Scaled(kind="zeros"), description="Start of the bias.")
    kernel_regularizer: Regularizer | None = Field(default=None, description="Penalty on the kernel.")
    bias_regularizer: Regularizer | None = Field(default=None, description="Penalty on the bias.")


class Dropout(_Layer):
    """Sets a random share of its inputs to zero while training and scales the others up."""

    kind: Literal["dropout"]
    rate: float = Field(ge=0, lt=1, description="The fraction of units to drop, e.g. 0.4.", examples=[0.4])


class BatchNormalization(_Layer):
    """Normalises over the batch to zero mean and unit variance, then scales and shifts."""

    kind: Literal["batch_normalization"]
    axis: int = Field(default=-1, description="The axis of the features; -1 for channels last.")
    momentum: float = Field(default=0.99, ge=0, lt=1, description="Of the moving mean and variance.")
    epsilon: float = Field(default=1e-3, gt=0, description="Added to the variance.")


class Flatten(_Layer):
    """Makes one row of features of each sample."""

    kind: Literal["flatten"]


class Activation(_Layer):
    """An activation as a layer of its own, e.g. between a dense layer and its normalisation."""

    kind: Literal["activation"]
    activation: ActivationName = Field(description="The function.")


Layer = Annotated[Dense | Dropout | BatchNormalization | Flatten | Activation, Field(discriminator="kind")]
