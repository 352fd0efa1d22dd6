"""What weights are projected onto after every step.

Source: https://keras.io/api/layers/constraints/
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ablation.spec.base import SpecModel

Axis = Annotated[int, Field(ge=0, le=4, description="Axis of the norm: 0 for the weights into one unit.")]


class MaxNorm(SpecModel):
    """Norms are at most `max_value`."""

    kind: Literal["max_norm"]
    max_value: float = Field(default=2.0, gt=0, description="Largest norm.", examples=[3.0])
    axis: Axis = 0


class MinMaxNorm(SpecModel):
    """Norms lie between `min_value` and `max_value`."""

    kind: Literal["min_max_norm"]
    min_value: float = Field(default=0.0, ge=0, description="Smallest norm.")
    max_value: float = Field(default=1.0, gt=0, description="Largest norm.")
    rate: float = Field(default=1.0, gt=0, le=1, description="How far a step goes to the bound; 1: all the way.")
    axis: Axis = 0

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.min_value > self.max_value:
            raise PydanticCustomError("empty_range", "min_value must not be greater than max_value")
        return self


class UnitNorm(SpecModel):
    """Every norm is 1."""

    kind: Literal["unit_norm"]
    axis: Axis = 0


class NonNegative(SpecModel):
    """No weight is below 0."""

    kind: Literal["non_neg"]


Constraint = Annotated[MaxNorm | MinMaxNorm | UnitNorm | NonNegative, Field(discriminator="kind")]
