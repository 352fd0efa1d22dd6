"""From integer sequences to what a network takes."""

from typing import Annotated, Literal

from pydantic import Field

from ablation.spec.base import NonNegativeInt, PositiveInt, SpecModel


class _Vocabulary(SpecModel):
    vocabulary_size: PositiveInt = Field(
        description="Words that are told apart, the most frequent first.", examples=[10_000]
    )
    skip_top: NonNegativeInt = Field(default=0, description="So many of the most frequent words are left out.")
    unknown: NonNegativeInt | None = Field(
        default=2, description="The integer that stands for words left out; null: they are removed."
    )


class MultiHot(_Vocabulary):
    """A row of as many numbers as there are words."""

    kind: Literal["multi_hot"]
    mode: Literal["binary", "count", "tf_idf"] = Field(
        default="binary", description="Whether a word occurs, how often, or that weighted by its rarity in training."
    )


class Padded(_Vocabulary):
    """Integers, cut or filled with 0 to one length."""

    kind: Literal["padded"]
    length: PositiveInt = Field(description="Integers of a sample.", examples=[256])
    padding: Literal["pre", "post"] = Field(default="pre", description="Where zeros are added.")
    truncating: Literal["pre", "post"] = Field(default="pre", description="Where integers are cut away.")


Encoder = Annotated[MultiHot | Padded, Field(discriminator="kind")]
