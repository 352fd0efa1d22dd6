"""The data section: which dataset, how much of it, how it is split and normalised."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ablation.spec.base import Many, SpecModel


class Subset(SpecModel):
    """The first so many samples of each part, in the dataset's own order."""

    train: int | None = Field(default=None, ge=1, description="Training samples to keep; all when left out.")
    test: int | None = Field(default=None, ge=1, description="Test samples to keep; all when left out.")


class Validation(SpecModel):
    """Where the validation samples come from: exactly one of the three."""

    fraction: float | None = Field(default=None, gt=0, lt=1, description="Share of the training part, drawn by seed.")
    count: int | None = Field(default=None, ge=1, description="Samples of the training part, drawn by seed.")
    use: Literal["test"] | None = Field(default=None, description="The test part itself; the report warns of it.")

    @model_validator(mode="after")
    def _is_one_choice(self) -> Self:
        if sum(choice is not None for choice in (self.fraction, self.count, self.use)) != 1:
            raise PydanticCustomError("one_choice", "give exactly one of fraction, count, use")
        return self


class Rescale(SpecModel):
    """x * scale + offset, e.g. 1/255 for 8-bit images."""

    kind: Literal["rescale"]
    scale: float = Field(description="Factor.", examples=[0.00392156862745098])
    offset: float = Field(default=0.0, description="Added after scaling.")


class Standardize(SpecModel):
    """(x - mean) / standard deviation, both fitted on the training split only."""

    kind: Literal["standardize"]
    per: Literal["feature", "dataset"] = Field(default="feature", description="One mean a feature, or one for all.")
    epsilon: float = Field(default=1e-7, gt=0, description="Least standard deviation, against constant features.")


NormalizeStep = Annotated[Rescale | Standardize, Field(discriminator="kind")]


class DataSpec(SpecModel):
    """What the trials learn from."""

    dataset: str = Field(pattern=r"^[a-z0-9_]{1,63}$", description="A name of the catalogue, e.g. digits or mnist.")
    subset: Subset = Field(default=Subset(), description="Less than the whole dataset.")
    validation: Validation = Field(default=Validation(fraction=0.2), description="Samples to watch while training.")
    normalize: Many[NormalizeStep] = Field(default=(), description="Steps in order, fitted on the training split.")
