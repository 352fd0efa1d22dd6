"""What a study must reach: a run that does not ends with an exit code of its own."""

from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ablation.spec.base import NAME, SpecModel


class Gate(SpecModel):
    """A bound on the mean of a metric over seeds; decided by its 95 % interval, so few seeds may leave it open."""

    name: str = Field(pattern=NAME, description="Of the gate, in reports.", examples=["good_enough"])
    variant: str | None = Field(
        default=None, description="Whose metric; the baseline's when left out.", examples=["dropout"]
    )
    metric: str = Field(description="A metric of evaluation.", examples=["test_accuracy"])
    minimum: float | None = Field(default=None, description="The mean must not be less.", examples=[0.9])
    maximum: float | None = Field(default=None, description="The mean must not be greater.", examples=[0.5])
    relative_to: str | None = Field(
        default=None,
        description="A variant: the bound is on the paired difference to it, not on the metric itself.",
        examples=["baseline"],
    )

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if self.minimum is None and self.maximum is None:
            raise PydanticCustomError("no_bound", "needs a minimum, a maximum, or both")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise PydanticCustomError("empty_range", "minimum must not be greater than maximum")
        return self
