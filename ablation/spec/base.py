"""What every spec model is made of.

The modules of the language do not postpone the evaluation of annotations: pydantic would compile each of them again
from text, an eighth of the time that `ablate validate` takes.
"""

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Strict, Tag
from pydantic_core import PydanticCustomError

T = TypeVar("T")

# YAML gives lists where frozen models hold tuples; only that one conversion is allowed.
Many = Annotated[tuple[T, ...], Strict(False)]

NAME = r"^[a-z0-9][a-z0-9_.-]{0,62}$"
# No dot: a dot divides the steps of a path, and layers are addressed by path.
LAYER_NAME = r"^[a-z0-9][a-z0-9_-]{0,62}$"

PositiveInt = Annotated[int, Field(ge=1, le=1_000_000)]
NonNegativeInt = Annotated[int, Field(ge=0, le=1_000_000)]


def _shape_of(value: object) -> str:
    return "list" if isinstance(value, list | tuple) else "one"


# One number for both axes, or [height, width]. Told apart by shape, so that a wrong value is one problem, not two.
Size2D = Annotated[
    Annotated[PositiveInt, Tag("one")] | Annotated[Many[PositiveInt], Field(min_length=2, max_length=2), Tag("list")],
    Discriminator(_shape_of),
]


def wrong_at(place: tuple[str | int, ...], message: str, hint: str) -> PydanticCustomError:
    """Return what a validator raises to say what is wrong below the place where it stands, and what to do."""
    return PydanticCustomError("wrong_at", "{message}", {"message": message, "place": place, "hint": hint})


class SpecModel(BaseModel):
    """Frozen, no unknown keys, no silent conversion: a number written as text is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, defer_build=True)


class Step(SpecModel):
    """One of several steps that are applied in order."""

    enabled: bool = Field(default=True, description="Whether the step is applied; a switch for variants.")
