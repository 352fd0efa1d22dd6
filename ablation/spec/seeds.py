"""Which seeds a study runs: so many, a list, or as many as it takes."""

from typing import Annotated, Any, Self

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from ablation.spec.base import Many, SpecModel

MOST_SEEDS = 10_000
# Of fewer, no comparison could end: the rule does not trust how close together they lie.
FEWEST_SEEDS = 5


class UntilSpec(SpecModel):
    """When a comparison has enough seeds."""

    ci_width: float = Field(
        gt=0,
        description="Width of the interval of variant - baseline, from end to end, in units of compare.metric.",
        examples=[0.01],
    )


class SequentialSeeds(SpecModel):
    """Seeds are added to a comparison until its interval is narrow enough.

    Whether the result pleases plays no part in when it ends: a comparison that went on until it is significant would
    find an effect in nothing. Chow and Robbins, On the Asymptotic Theory of Fixed-Width Sequential Confidence
    Intervals (1965).
    """

    start: int = Field(
        default=FEWEST_SEEDS,
        ge=FEWEST_SEEDS,
        le=MOST_SEEDS,
        description="Seeds of every variant, before any are added.",
    )
    until: UntilSpec = Field(description="When a comparison has enough.")
    max: int = Field(default=20, ge=FEWEST_SEEDS, le=MOST_SEEDS, description="Seeds that no variant has more of.")

    @model_validator(mode="after")
    def _begins_below_its_end(self) -> Self:
        if self.max < self.start:
            context: dict[str, Any] = {"start": self.start, "place": ("max",)}
            hint = "It is the number of seeds at which adding ends: raise it, or lower start."
            raise PydanticCustomError("one_choice", "is less than start, {start}", context | {"hint": hint})
        return self


Seed = Annotated[int, Field(ge=0, lt=2**31)]
SeedList = Annotated[Many[Seed], Field(min_length=1), Tag("list")]
SeedCount = Annotated[int, Field(ge=1, le=MOST_SEEDS), Tag("count")]
Sequence = Annotated[SequentialSeeds, Tag("sequence")]


def _shape_of(value: object) -> str:
    if isinstance(value, int):
        return "count"
    return "sequence" if isinstance(value, dict | SequentialSeeds) else "list"


# Told apart by shape, so that a wrong seed is one problem, not one of each reading.
Seeds = Annotated[SeedList | SeedCount | Sequence, Discriminator(_shape_of)]


def first_seeds(seeds: Seeds) -> tuple[int, ...]:
    """Return the seeds that every variant runs with; of a sequence, those before any are added."""
    if isinstance(seeds, SequentialSeeds):
        return tuple(range(seeds.start))
    return tuple(range(seeds)) if isinstance(seeds, int) else seeds
