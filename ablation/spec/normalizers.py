"""Normaliser steps: fitted on the training split, applied alike to every split."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ablation.spec.base import PositiveInt, Step

Per = Literal["feature", "channel", "dataset"]


class Rescale(Step):
    """x * scale + offset, e.g. 1/255 for 8-bit images."""

    kind: Literal["rescale"]
    scale: float = Field(description="Factor.", examples=[0.00392156862745098])
    offset: float = Field(default=0.0, description="Added after scaling.")


class Standardize(Step):
    """(x - mean) / standard deviation, both fitted on the training split only."""

    kind: Literal["standardize"]
    per: Per = Field(default="feature", description="One mean a feature, one a channel, or one for all.")
    epsilon: float = Field(
        default=1e-7,
        gt=0,
        description="Features that deviate no more than this are constant, and only centred.",
    )


class MinMax(Step):
    """(x - minimum) / (maximum - minimum), both fitted on the training split only."""

    kind: Literal["minmax"]
    per: Per = Field(default="feature", description="One range a feature, one a channel, or one for all.")


class Clip(Step):
    """Values outside a range become its bounds. The range is given, or fitted as percentiles of the training split."""

    kind: Literal["clip"]
    minimum: float | None = Field(default=None, description="Lower bound.", examples=[0.0])
    maximum: float | None = Field(default=None, description="Upper bound.", examples=[255.0])
    lower_percentile: float | None = Field(
        default=None, ge=0, lt=100, description="Lower bound, as a percentile.", examples=[1.0]
    )
    upper_percentile: float | None = Field(
        default=None, gt=0, le=100, description="Upper bound, as a percentile.", examples=[99.0]
    )

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        values, percentiles = (self.minimum, self.maximum), (self.lower_percentile, self.upper_percentile)
        given = [bounds for bounds in (values, percentiles) if bounds != (None, None)]
        if len(given) != 1:
            raise PydanticCustomError("one_choice", "give bounds either as values or as percentiles")
        low, high = given[0]
        if low is not None and high is not None and low >= high:
            raise PydanticCustomError("empty_range", "the lower bound must be less than the upper")
        return self


class Tanh(Step):
    """tanh(x / scale): squashes heavy tails."""

    kind: Literal["tanh"]
    scale: float = Field(default=1.0, gt=0, description="Values well below it stay as they are.", examples=[3.0])


class Log1p(Step):
    """log(1 + x), for counts; values must not be below 0."""

    kind: Literal["log1p"]


class Whiten(Step):
    """Decorrelated features of unit variance, fitted on the training split only."""

    kind: Literal["pca_whitening", "zca_whitening"]
    components: PositiveInt | None = Field(
        default=None, description="Number of components kept; all when left out.", examples=[50]
    )
    epsilon: float = Field(default=1e-5, gt=0, description="Added to the variances.")


class Resize(Step):
    """Images of another size, bilinear."""

    kind: Literal["resize"]
    height: PositiveInt = Field(description="Rows.", examples=[192])
    width: PositiveInt = Field(description="Columns.", examples=[192])


class Grayscale(Step):
    """One channel of luma, 0.2989 R + 0.5870 G + 0.1140 B."""

    kind: Literal["grayscale"]


NormalizeStep = Annotated[
    Rescale | Standardize | MinMax | Clip | Tanh | Log1p | Whiten | Resize | Grayscale, Field(discriminator="kind")
]
