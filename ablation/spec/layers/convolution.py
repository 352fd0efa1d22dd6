"""Convolutions, channels last."""

from typing import Literal

from pydantic import Field

from ablation.spec.base import PositiveInt, Size2D
from ablation.spec.constraints import Constraint
from ablation.spec.layers.base import (
    GLOROT,
    ZEROS,
    ActivationName,
    BiasInitializer,
    Kernel,
    KernelInitializer,
    Padding,
    Weighted,
)
from ablation.spec.regularizers import Regularizer


class Conv1D(Kernel):
    """A convolution over steps: input (steps, channels)."""

    kind: Literal["conv1d"]
    filters: PositiveInt = Field(description="Number of output channels.", examples=[32])
    kernel_size: PositiveInt = Field(description="Length of the window.", examples=[3])
    strides: PositiveInt = Field(default=1, description="Step of the window.")
    padding: Padding = "valid"
    dilation_rate: PositiveInt = Field(default=1, description="Distance between the window's elements.")
    groups: PositiveInt = Field(default=1, description="Groups of channels that are convolved apart.")


class Conv2D(Kernel):
    """A convolution over images: input (height, width, channels)."""

    kind: Literal["conv2d"]
    filters: PositiveInt = Field(description="Number of output channels.", examples=[32])
    kernel_size: Size2D = Field(description="Size of the window, one number or [height, width].", examples=[3])
    strides: Size2D = Field(default=1, description="Steps of the window.")
    padding: Padding = "valid"
    dilation_rate: Size2D = Field(default=1, description="Distances between the window's elements.")
    groups: PositiveInt = Field(default=1, description="Groups of channels that are convolved apart.")


class _Depthwise(Weighted):
    kernel_size: Size2D = Field(description="Size of the window, one number or [height, width].", examples=[3])
    strides: PositiveInt = Field(default=1, description="Step of the window, the same on both axes.")
    padding: Padding = "valid"
    dilation_rate: Size2D = Field(default=1, description="Distances between the window's elements.")
    depth_multiplier: PositiveInt = Field(default=1, description="Output channels of each input channel.")
    activation: ActivationName = Field(default="linear", description="Applied to the output.")
    use_bias: bool = Field(default=True, description="Whether a bias is added.")
    depthwise_initializer: KernelInitializer = GLOROT
    bias_initializer: BiasInitializer = ZEROS
    depthwise_regularizer: Regularizer | None = Field(default=None, description="Penalty on the depthwise kernel.")
    bias_regularizer: Regularizer | None = Field(default=None, description="Penalty on the bias.")
    activity_regularizer: Regularizer | None = Field(default=None, description="Penalty on the output.")
    depthwise_constraint: Constraint | None = Field(default=None, description="Projection of the depthwise kernel.")
    bias_constraint: Constraint | None = Field(default=None, description="Projection of the bias.")


class DepthwiseConv2D(_Depthwise):
    """A convolution of every channel by itself."""

    kind: Literal["depthwise_conv2d"]


class SeparableConv2D(_Depthwise):
    """A depthwise convolution, then one over channels alone."""

    kind: Literal["separable_conv2d"]
    filters: PositiveInt = Field(description="Number of output channels.", examples=[32])
    pointwise_initializer: KernelInitializer = GLOROT
    pointwise_regularizer: Regularizer | None = Field(default=None, description="Penalty on the pointwise kernel.")
    pointwise_constraint: Constraint | None = Field(default=None, description="Projection of the pointwise kernel.")
