"""Layers of several inputs. A merge that is not enabled passes its first input on."""

from typing import Literal

from pydantic import Field

from ablation.spec.base import Many
from ablation.spec.layers.base import LayerSpec


class Merge(LayerSpec):
    """One output of several inputs."""

    inputs: Many[str] = Field(
        min_length=2,
        description="Names of the layers it takes, or INPUT for the samples.",
        examples=[["conv_1", "conv_3"]],
    )


class Add(Merge):
    """The sum of its inputs."""

    kind: Literal["add"]


class Multiply(Merge):
    """The product of its inputs."""

    kind: Literal["multiply"]


class Average(Merge):
    """The mean of its inputs."""

    kind: Literal["average"]


class Maximum(Merge):
    """The largest of its inputs, element by element."""

    kind: Literal["maximum"]


class Concatenate(Merge):
    """Its inputs side by side."""

    kind: Literal["concatenate"]
    axis: int = Field(default=-1, ge=-4, le=4, description="Where they are joined; -1 for channels last.")
