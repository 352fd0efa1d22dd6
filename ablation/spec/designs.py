"""Factors, and the designs that say which of their combinations run."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from ablation.spec.base import SpecModel

# A hyphen joins the parts of a variant's name.
FACTOR_NAME = r"^[a-z0-9][a-z0-9_]{0,39}$"
LEVEL_NAME = r"^[a-z0-9][a-z0-9_.]{0,39}$"

Changes = Annotated[dict[str, Any], Field(description="New values by path; `*` matches within a name.")]


class Switch(SpecModel):
    """A factor of two levels: off, the spec as written; on, with these changes."""

    set: Changes
    description: str | None = Field(
        default=None,
        max_length=500,
        description="One sentence for the report.",
        examples=["Dropout after each hidden layer."],
    )


class Levels(SpecModel):
    """A factor of several levels, each a set of changes. The first is the reference, the last the one that is 'on'."""

    levels: dict[Annotated[str, Field(pattern=LEVEL_NAME)], Changes] = Field(
        min_length=2,
        description="Changes by the name of the level; {} for the spec as written.",
        examples=[{"none": {}, "strong": {"training.optimizer.weight_decay": 0.01}}],
    )
    description: str | None = Field(
        default=None,
        max_length=500,
        description="One sentence for the report.",
        examples=["Dropout after each hidden layer."],
    )


Factor = Annotated[
    Annotated[Switch, Tag("switch")] | Annotated[Levels, Tag("levels")],
    Discriminator(lambda value: "levels" if "levels" in _keys(value) else "switch"),
]


def _keys(value: Any) -> Any:
    return value if isinstance(value, dict) else getattr(type(value), "model_fields", ())


class FullFactorial(SpecModel):
    """Every combination of every level."""

    kind: Literal["full_factorial"]


class LeaveOneOut(SpecModel):
    """All factors on, the baseline; and all but each one."""

    kind: Literal["leave_one_out"]


class AddOneIn(SpecModel):
    """No factor on, the baseline; and each one alone."""

    kind: Literal["add_one_in"]


class OneAtATime(SpecModel):
    """All factors at their first level, the baseline; and each other level of each factor alone."""

    kind: Literal["one_at_a_time"]


class Pairs(SpecModel):
    """No factor on, the baseline; each one alone; and each two together."""

    kind: Literal["pairs"]


class Fractional(SpecModel):
    """A regular two-level fraction of all combinations.

    Source: Box, Hunter and Hunter, Statistics for Experimenters.
    """

    kind: Literal["fractional"]
    resolution: Literal[3, 4, 5] = Field(
        description="3: main effects are apart from each other; 4: also from pairs; 5: pairs from each other, too."
    )


Design = Annotated[
    FullFactorial | LeaveOneOut | AddOneIn | OneAtATime | Pairs | Fractional, Field(discriminator="kind")
]
