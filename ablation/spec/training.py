"""The training section: optimiser, loss, metrics, length."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from ablation.spec.base import Many, SpecModel

LearningRate = Annotated[float, Field(gt=0, description="Step size.", examples=[1e-3])]


class Sgd(SpecModel):
    """Stochastic gradient descent."""

    kind: Literal["sgd"]
    learning_rate: LearningRate = 0.01
    momentum: float = Field(default=0.0, ge=0, lt=1, description="Share of the last step that is kept.")
    nesterov: bool = Field(default=False, description="Whether the momentum looks ahead.")


class RmsProp(SpecModel):
    """RMSprop: steps divided by a running root mean square of the gradients."""

    kind: Literal["rmsprop"]
    learning_rate: LearningRate = 1e-3
    rho: float = Field(default=0.9, ge=0, lt=1, description="Memory of the running mean square.")
    momentum: float = Field(default=0.0, ge=0, lt=1, description="Share of the last step that is kept.")
    epsilon: float = Field(default=1e-7, gt=0, description="Added to the divisor.")


class Adam(SpecModel):
    """Adam: running means of gradients and their squares, bias-corrected."""

    kind: Literal["adam"]
    learning_rate: LearningRate = 1e-3
    beta_1: float = Field(default=0.9, ge=0, lt=1, description="Memory of the mean.")
    beta_2: float = Field(default=0.999, ge=0, lt=1, description="Memory of the mean square.")
    epsilon: float = Field(default=1e-7, gt=0, description="Added to the divisor.")


Optimizer = Annotated[Sgd | RmsProp | Adam, Field(discriminator="kind")]


class CategoricalCrossentropy(SpecModel):
    """-sum(y * log p); takes logits unless the model ends in a softmax."""

    kind: Literal["categorical_crossentropy"]
    label_smoothing: float = Field(default=0.0, ge=0, lt=1, description="Share of the label spread over all classes.")


class MeanSquaredError(SpecModel):
    """Mean of squared differences; for classes against their one-hot labels."""

    kind: Literal["mean_squared_error"]


Loss = Annotated[CategoricalCrossentropy | MeanSquaredError, Field(discriminator="kind")]

MetricName = Literal["accuracy"]


class TrainingSpec(SpecModel):
    """How each trial is trained."""

    optimizer: Optimizer = Field(default=Adam(kind="adam"), description="The update rule.")
    loss: Loss = Field(
        default=CategoricalCrossentropy(kind="categorical_crossentropy"), description="What training minimises."
    )
    metrics: Many[MetricName] = Field(default=("accuracy",), description="Watched beside the loss.")
    epochs: int = Field(ge=1, le=100_000, description="Passes over the training split.", examples=[20])
    batch_size: int = Field(default=32, ge=1, description="Samples of one step.")

    @field_validator("metrics")
    @classmethod
    def _metrics_are_unique(cls, metrics: tuple[MetricName, ...]) -> tuple[MetricName, ...]:
        if len(set(metrics)) != len(metrics):
            raise PydanticCustomError("repeated_metric", "a metric is listed twice")
        return metrics


SPLITS = ("train", "val", "test")


def metric_names(training: TrainingSpec) -> list[str]:
    """Return the names of all metrics that a trial is evaluated on, e.g. val_loss, test_accuracy."""
    return [f"{split}_{name}" for split in SPLITS for name in ("loss", *training.metrics)]
