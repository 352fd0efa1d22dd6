"""Layers that normalise what flows through them."""

from typing import Annotated, Literal

from pydantic import Field

from ablation.spec.base import PositiveInt
from ablation.spec.layers.base import Epsilon, Weighted
from ablation.spec.regularizers import Regularizer

Axis = Annotated[int, Field(ge=-4, le=4, description="The axis of the features; -1 for channels last.")]


class _Normalization(Weighted):
    axis: Axis = -1
    epsilon: Epsilon = 1e-3
    center: bool = Field(default=True, description="Whether a learned beta is added.")
    scale: bool = Field(default=True, description="Whether a learned gamma multiplies.")
    beta_regularizer: Regularizer | None = Field(default=None, description="Penalty on beta.")
    gamma_regularizer: Regularizer | None = Field(default=None, description="Penalty on gamma.")


class BatchNormalization(_Normalization):
    """Normalises over the batch to zero mean and unit variance, then scales and shifts."""

    kind: Literal["batch_normalization"]
    momentum: float = Field(default=0.99, ge=0, lt=1, description="Of the moving mean and variance.")


class LayerNormalization(_Normalization):
    """Normalises each sample over its features."""

    kind: Literal["layer_normalization"]


class GroupNormalization(_Normalization):
    """Normalises each sample over groups of its features."""

    kind: Literal["group_normalization"]
    groups: PositiveInt = Field(default=32, description="Number of groups; must divide the number of features.")
