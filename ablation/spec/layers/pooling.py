"""Pooling, channels last."""

from typing import Literal

from pydantic import Field

from ablation.spec.base import PositiveInt, Size2D
from ablation.spec.layers.base import LayerSpec, Padding


class _Pooling1D(LayerSpec):
    pool_size: PositiveInt = Field(default=2, description="Length of the window.")
    strides: PositiveInt | None = Field(
        default=None, description="Step of the window; its length when left out.", examples=[2]
    )
    padding: Padding = "valid"


class _Pooling2D(LayerSpec):
    pool_size: Size2D = Field(default=2, description="Size of the window, one number or [height, width].")
    strides: Size2D | None = Field(
        default=None, description="Steps of the window; its size when left out.", examples=[2]
    )
    padding: Padding = "valid"


class MaxPooling1D(_Pooling1D):
    """The largest value of each window of steps."""

    kind: Literal["max_pooling1d"]


class AveragePooling1D(_Pooling1D):
    """The mean of each window of steps."""

    kind: Literal["average_pooling1d"]


class MaxPooling2D(_Pooling2D):
    """The largest value of each window of an image."""

    kind: Literal["max_pooling2d"]


class AveragePooling2D(_Pooling2D):
    """The mean of each window of an image."""

    kind: Literal["average_pooling2d"]


class _GlobalPooling(LayerSpec):
    keepdims: bool = Field(default=False, description="Whether pooled axes are kept with length 1.")


class GlobalMaxPooling1D(_GlobalPooling):
    """The largest value of each channel over all steps."""

    kind: Literal["global_max_pooling1d"]


class GlobalAveragePooling1D(_GlobalPooling):
    """The mean of each channel over all steps."""

    kind: Literal["global_average_pooling1d"]


class GlobalMaxPooling2D(_GlobalPooling):
    """The largest value of each channel over the image."""

    kind: Literal["global_max_pooling2d"]


class GlobalAveragePooling2D(_GlobalPooling):
    """The mean of each channel over the image."""

    kind: Literal["global_average_pooling2d"]
