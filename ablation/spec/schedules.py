"""How the learning rate changes: each schedule is a factor of the optimiser's learning rate, by step.

A study of learning rates and a study of schedules thus change different keys.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ablation.spec.base import Many, NonNegativeInt, PositiveInt, SpecModel

Step = Annotated[int, Field(ge=1)]
FinalFactor = Annotated[float, Field(ge=0, le=1, description="Factor at the end.", examples=[0.01])]


class _ByStep(SpecModel):
    warmup_steps: NonNegativeInt = Field(
        default=0, description="The factor rises from 0 over so many steps first; the schedule counts from there."
    )


class ConstantRate(_ByStep):
    """The same learning rate in every step, after the warm-up if there is one."""

    kind: Literal["constant"]


class ExponentialDecay(_ByStep):
    """decay_rate ** (step / decay_steps)."""

    kind: Literal["exponential"]
    decay_rate: float = Field(gt=0, le=1, description="Factor of every `decay_steps` steps.", examples=[0.9995])
    decay_steps: PositiveInt = Field(default=1, description="Steps until the rate is `decay_rate` times what it was.")
    staircase: bool = Field(default=False, description="Whether it falls every `decay_steps` steps, at once.")


class PiecewiseConstant(_ByStep):
    """One factor up to each boundary, and one after the last."""

    kind: Literal["piecewise"]
    boundaries: Many[Step] = Field(min_length=1, description="Steps, ascending.", examples=[[300, 3000]])
    factors: Many[Annotated[float, Field(ge=0)]] = Field(
        min_length=2, description="One more than boundaries.", examples=[[1.0, 0.1, 0.01]]
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.factors) != len(self.boundaries) + 1:
            raise PydanticCustomError("factor_count", "there must be one factor more than boundaries")
        if list(self.boundaries) != sorted(set(self.boundaries)):
            raise PydanticCustomError("not_ascending", "boundaries must ascend")
        return self


class CosineDecay(_ByStep):
    """Half a cosine from 1 to the final factor. Source: Loshchilov and Hutter, 2017."""

    kind: Literal["cosine"]
    decay_steps: PositiveInt | None = Field(
        default=None, description="Steps until the end; all when left out.", examples=[10_000]
    )
    final_factor: FinalFactor = 0.0


class LinearDecay(_ByStep):
    """A straight line from 1 to the final factor."""

    kind: Literal["linear"]
    decay_steps: PositiveInt | None = Field(
        default=None, description="Steps until the end; all when left out.", examples=[10_000]
    )
    final_factor: FinalFactor = 0.0


class FinalDecay(_ByStep):
    """Constant, then a straight line to the final factor over the last epochs alone."""

    kind: Literal["final_decay"]
    epochs: PositiveInt = Field(description="So many epochs at the end decay.", examples=[3])
    final_factor: FinalFactor = 0.01


class ReduceOnPlateau(SpecModel):
    """Multiplies the learning rate by `factor` whenever a metric has not improved for a while."""

    kind: Literal["reduce_on_plateau"]
    monitor: str = Field(default="val_loss", description="A metric of the history.", examples=["val_loss"])
    factor: float = Field(default=0.1, gt=0, lt=1, description="What the rate is multiplied by.")
    patience: PositiveInt = Field(default=10, description="Epochs without improvement.")
    min_delta: float = Field(default=1e-4, ge=0, description="A smaller change is no improvement.")
    cooldown: NonNegativeInt = Field(default=0, description="Epochs to wait after a reduction.")
    min_learning_rate: float = Field(default=0.0, ge=0, description="The rate goes no lower.")


Schedule = Annotated[
    ConstantRate | ExponentialDecay | PiecewiseConstant | CosineDecay | LinearDecay | FinalDecay | ReduceOnPlateau,
    Field(discriminator="kind"),
]
