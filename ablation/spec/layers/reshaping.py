"""Layers that rearrange and pad; none has weights."""

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from ablation.spec.base import Many, NonNegativeInt
from ablation.spec.layers.base import LayerSpec


def _padding_form(value: object) -> str:
    if not isinstance(value, list | tuple):
        return "one"
    return "sides" if any(isinstance(item, list | tuple) for item in value) else "axes"


_Both = Annotated[Many[NonNegativeInt], Field(min_length=2, max_length=2)]
Padding1D = Annotated[
    Annotated[NonNegativeInt, Tag("one")] | Annotated[_Both, Tag("axes")], Discriminator(_padding_form)
]
Padding2D = Annotated[
    Annotated[NonNegativeInt, Tag("one")]
    | Annotated[_Both, Tag("axes")]
    | Annotated[Many[_Both], Field(min_length=2, max_length=2), Tag("sides")],
    Discriminator(_padding_form),
]


class Flatten(LayerSpec):
    """Makes one row of features of each sample."""

    kind: Literal["flatten"]


class Reshape(LayerSpec):
    """Gives each sample another shape of the same size."""

    kind: Literal["reshape"]
    target_shape: Many[Annotated[int, Field(ge=-1, le=1_000_000)]] = Field(
        min_length=1, description="Shape of one sample; one axis may be -1: what is left.", examples=[[28, 28, 1]]
    )

    @model_validator(mode="after")
    def _is_a_shape(self) -> Self:
        if self.target_shape.count(-1) > 1 or 0 in self.target_shape:
            raise PydanticCustomError("not_a_shape", "must hold sizes of at least 1, and -1 at most once")
        return self


class ZeroPadding1D(LayerSpec):
    """Zeros before and after the steps."""

    kind: Literal["zero_padding1d"]
    padding: Padding1D = Field(default=1, description="Steps on each side, or [before, after].")


class ZeroPadding2D(LayerSpec):
    """Zeros around an image."""

    kind: Literal["zero_padding2d"]
    padding: Padding2D = Field(
        default=1,
        description="Pixels on each side, or [rows, columns], or [[top, bottom], [left, right]].",
        examples=[[[1, 0], [1, 0]]],
    )
