"""Update rules. Fields are named as Keras names its arguments.

Source: https://keras.io/api/optimizers/
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ablation.spec.base import SpecModel

LearningRate = Annotated[float, Field(gt=0, description="Step size.", examples=[1e-3])]
Epsilon = Annotated[float, Field(gt=0, description="Added to the divisor.")]
Momentum = Annotated[float, Field(ge=0, lt=1, description="Share of the last step that is kept.")]
Beta1 = Annotated[float, Field(ge=0, lt=1, description="Memory of the mean.")]
Beta2 = Annotated[float, Field(ge=0, lt=1, description="Memory of the mean square.")]


class OptimizerSpec(SpecModel):
    """What every update rule has."""

    weight_decay: float | None = Field(
        default=None,
        ge=0,
        description="Every step shrinks weights by this share of the step size; none when left out.",
        examples=[0.01],
    )
    clipnorm: float | None = Field(
        default=None, gt=0, description="Largest norm of each weight's gradient.", examples=[1.0]
    )
    clipvalue: float | None = Field(default=None, gt=0, description="Largest element of a gradient.", examples=[0.5])
    global_clipnorm: float | None = Field(
        default=None, gt=0, description="Largest norm of all gradients together.", examples=[1.0]
    )
    use_ema: bool = Field(default=False, description="Whether the trained weights are their moving average.")
    ema_momentum: float = Field(default=0.99, ge=0, lt=1, description="Memory of that average.")

    @model_validator(mode="after")
    def _clips_in_one_way(self) -> Self:
        ways = [name for name in ("clipnorm", "clipvalue", "global_clipnorm") if getattr(self, name) is not None]
        if len(ways) > 1:
            context = {"ways": " and ".join(ways)}
            raise PydanticCustomError("one_choice", "gradients are clipped in one way, not by {ways}", context)
        return self


class Sgd(OptimizerSpec):
    """Stochastic gradient descent."""

    kind: Literal["sgd"]
    learning_rate: LearningRate = 0.01
    momentum: Momentum = 0.0
    nesterov: bool = Field(default=False, description="Whether the momentum looks ahead.")


class RmsProp(OptimizerSpec):
    """RMSprop: steps divided by a running root mean square of the gradients."""

    kind: Literal["rmsprop"]
    learning_rate: LearningRate = 1e-3
    rho: float = Field(default=0.9, ge=0, lt=1, description="Memory of the running mean square.")
    momentum: Momentum = 0.0
    epsilon: Epsilon = 1e-7
    centered: bool = Field(default=False, description="Whether the variance divides rather than the mean square.")


class Adam(OptimizerSpec):
    """Adam: running means of gradients and their squares, bias-corrected."""

    kind: Literal["adam"]
    learning_rate: LearningRate = 1e-3
    beta_1: Beta1 = 0.9
    beta_2: Beta2 = 0.999
    epsilon: Epsilon = 1e-7
    amsgrad: bool = Field(default=False, description="Whether the largest mean square so far divides.")


class AdamW(OptimizerSpec):
    """Adam with weight decay apart from the gradient."""

    kind: Literal["adamw"]
    learning_rate: LearningRate = 1e-3
    weight_decay: float = Field(default=0.004, ge=0, description="Every step shrinks weights by this share.")
    beta_1: Beta1 = 0.9
    beta_2: Beta2 = 0.999
    epsilon: Epsilon = 1e-7
    amsgrad: bool = Field(default=False, description="Whether the largest mean square so far divides.")


class Nadam(OptimizerSpec):
    """Adam with Nesterov's momentum."""

    kind: Literal["nadam"]
    learning_rate: LearningRate = 1e-3
    beta_1: Beta1 = 0.9
    beta_2: Beta2 = 0.999
    epsilon: Epsilon = 1e-7


class Adamax(OptimizerSpec):
    """Adam with the infinity norm."""

    kind: Literal["adamax"]
    learning_rate: LearningRate = 1e-3
    beta_1: Beta1 = 0.9
    beta_2: Beta2 = 0.999
    epsilon: Epsilon = 1e-7


class Adagrad(OptimizerSpec):
    """Steps divided by the root of all squared gradients so far."""

    kind: Literal["adagrad"]
    learning_rate: LearningRate = 1e-3
    initial_accumulator_value: float = Field(default=0.1, ge=0, description="Start of that sum.")
    epsilon: Epsilon = 1e-7


class Adadelta(OptimizerSpec):
    """Steps scaled by running means of squared steps and squared gradients."""

    kind: Literal["adadelta"]
    learning_rate: LearningRate = 1e-3
    rho: float = Field(default=0.95, ge=0, lt=1, description="Memory of both means.")
    epsilon: Epsilon = 1e-7


class Lion(OptimizerSpec):
    """The sign of a mean of gradients. Source: Chen et al., 2023; wants a third to a tenth of Adam's step size."""

    kind: Literal["lion"]
    learning_rate: LearningRate = 1e-3
    beta_1: float = Field(default=0.9, gt=0, le=1, description="Weight of the mean in the step.")
    beta_2: float = Field(default=0.99, gt=0, le=1, description="Memory of the mean.")


Optimizer = Annotated[
    Sgd | RmsProp | Adam | AdamW | Nadam | Adamax | Adagrad | Adadelta | Lion, Field(discriminator="kind")
]
