"""The data section: which dataset, how much of it, how it is split, encoded, normalised and augmented."""

from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from ablation.spec.augmenters import AugmentStep
from ablation.spec.base import Many, SpecModel
from ablation.spec.encoders import Encoder
from ablation.spec.normalizers import NormalizeStep
from ablation.spec.sources import DatasetChoice


class Subset(SpecModel):
    """The first so many samples of each part, in the dataset's own order."""

    train: int | None = Field(
        default=None, ge=1, description="Training samples to keep; all when left out.", examples=[6000]
    )
    test: int | None = Field(
        default=None, ge=1, description="Test samples to keep; all when left out.", examples=[1000]
    )


class Validation(SpecModel):
    """Where the validation samples come from: exactly one of fraction, count and use."""

    fraction: float | None = Field(
        default=None, gt=0, lt=1, description="Share of the training part, drawn by seed.", examples=[0.2]
    )
    count: int | None = Field(
        default=None, ge=1, description="Samples of the training part, drawn by seed.", examples=[1000]
    )
    use: Literal["test"] | None = Field(default=None, description="The test part itself; the report warns of it.")

    @model_validator(mode="after")
    def _is_one_choice(self) -> Self:
        if sum(choice is not None for choice in (self.fraction, self.count, self.use)) != 1:
            raise PydanticCustomError("one_choice", "give exactly one of fraction, count, use")
        return self


class Labels(SpecModel):
    """What is done to the labels of the training split."""

    noise: float = Field(default=0.0, ge=0, lt=1, description="Share of labels that are replaced by another class.")


class DataSpec(SpecModel):
    """What the trials learn from."""

    model_config = ConfigDict(defer_build=False)  # built once, for the study as written and for its trials

    dataset: DatasetChoice = Field(
        description="A name of the catalogue, e.g. digits or mnist, or a dataset of your own.", examples=["digits"]
    )
    subset: Subset = Field(default=Subset(), description="Less than the whole dataset.")
    validation: Validation = Field(default=Validation(fraction=0.2), description="Samples to watch while training.")
    encode: Encoder | None = Field(default=None, description="How integer sequences become numbers.")
    labels: Labels = Field(default=Labels(), description="What is done to the training labels.")
    normalize: Many[NormalizeStep] = Field(default=(), description="Steps in order, fitted on the training split.")
    augment: Many[AugmentStep] = Field(default=(), description="Steps in order, on training batches only.")
