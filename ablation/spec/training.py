"""The training section: optimiser, loss, metrics, learning-rate schedule, length, phases."""

from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, Tag, field_validator, model_validator
from pydantic_core import PydanticCustomError

from ablation.spec.base import LAYER_NAME, Many, NonNegativeInt, PositiveInt, SpecModel
from ablation.spec.losses import CategoricalCrossentropy, Loss
from ablation.spec.optimizers import Adam, LearningRate, Optimizer
from ablation.spec.precision import Precision
from ablation.spec.schedules import ConstantRate, Schedule

ClassMetric = Literal[
    "accuracy",
    "top_2_accuracy",
    "top_3_accuracy",
    "top_5_accuracy",
    "top_10_accuracy",
    "auc",
    "precision",
    "recall",
    "f1",
    "ece",
]
MetricName = Literal[ClassMetric, "mse", "rmse", "mae", "r2"]
# What is measured on labels of classes; the others on any numbers.
CLASS_METRICS: tuple[ClassMetric, ...] = get_args(ClassMetric)
SPLITS = ("train", "val", "test")

Epochs = Annotated[int, Field(ge=1, le=100_000, description="Passes over the training split.", examples=[20])]
BatchSize = Annotated[
    Annotated[PositiveInt, Tag("count")] | Annotated[Literal["all"], Tag("all")],
    Discriminator(lambda value: "all" if isinstance(value, str) else "count"),
]
ClassWeights = Annotated[
    Annotated[Many[Annotated[float, Field(ge=0)]], Field(min_length=2), Tag("list")]
    | Annotated[Literal["balanced"], Tag("balanced")],
    Discriminator(lambda value: "balanced" if isinstance(value, str) else "list"),
]


class EarlyStopping(SpecModel):
    """Ends the epochs, or a phase, when a metric no longer improves; the next phase goes on from the best epoch."""

    monitor: str = Field(default="val_loss", description="A metric of the history.", examples=["val_accuracy"])
    patience: PositiveInt = Field(default=5, description="Epochs without improvement.")
    min_delta: float = Field(default=0.0, ge=0, description="A smaller change is no improvement.")
    start_from_epoch: NonNegativeInt = Field(default=0, description="Epochs before it watches.")
    restore_best: bool = Field(default=True, description="Whether the weights of the best epoch are taken.")


class Phase(SpecModel):
    """More epochs with the same weights and optimiser state, but another rate or other layers."""

    name: str = Field(pattern=LAYER_NAME, description="Variants address the phase by it.", examples=["fine_tune"])
    enabled: bool = Field(default=True, description="Whether the phase takes place; a switch for variants.")
    epochs: Epochs
    learning_rate: LearningRate | None = Field(default=None, description="As before when left out.")
    schedule: Schedule = Field(default=ConstantRate(kind="constant"), description="Counts from the phase's start.")
    unfreeze: Many[str] = Field(default=(), description="Layers to train from here on; `*` matches within a name.")
    freeze: Many[str] = Field(default=(), description="Layers to hold from here on; `*` matches within a name.")


class DiagnosticsSpec(SpecModel):
    """What is looked at after every epoch, beside losses and metrics; it costs time and changes no weight."""

    norms: bool = Field(
        default=False,
        description="Whether the norms of weights and gradients are in the history, and of each layer in "
        "diagnostics.csv; gradients of the objective, dropout off, on one fixed batch.",
    )
    dead_units: bool = Field(
        default=True,
        description="Whether diagnostics.csv has the share of each relu layer's units that are 0 for that whole batch.",
    )
    clean_metrics: bool = Field(
        default=False,
        description="Whether the history has clean_loss and clean_<metric>: of training samples, as many as validate "
        "and at most 10,000, at the epoch's end, dropout, augmentation and penalties off.",
    )


def _all_or_none(value: object) -> object:
    return dict.fromkeys(DiagnosticsSpec.model_fields, value) if isinstance(value, bool) else value


Diagnostics = Annotated[DiagnosticsSpec, BeforeValidator(_all_or_none, json_schema_input_type=bool | DiagnosticsSpec)]


class TrainingSpec(SpecModel):
    """How each trial is trained."""

    model_config = ConfigDict(defer_build=False)  # built once, for the study as written and for its trials

    optimizer: Optimizer = Field(default=Adam(kind="adam"), description="The update rule.")
    schedule: Schedule = Field(
        default=ConstantRate(kind="constant"), description="How the learning rate changes, as a factor of it."
    )
    loss: Loss = Field(
        default=CategoricalCrossentropy(kind="categorical_crossentropy"), description="What training minimises."
    )
    metrics: Many[MetricName] = Field(default=("accuracy",), description="Watched beside the loss.")
    class_weights: ClassWeights | None = Field(
        default=None,
        description="What a sample of each class counts, or balanced: inverse to the class's size.",
        examples=["balanced"],
    )
    epochs: Epochs
    batch_size: BatchSize = Field(default=32, description="Samples of one step, or all.")
    precision: Precision = Field(
        default="float32",
        description="What layers compute in; mixed: in 16 bits, but weights, statistics, outputs and losses in 32.",
        examples=["mixed_bfloat16"],
    )
    sparse_inputs: bool = Field(
        default=True,
        description="Whether a dense layer takes multi-hot rows as their words: sooner, the same but for rounding.",
    )
    share_features: bool = Field(
        default=True,
        description="Whether a frozen backbone is run once, and every trial trains on what it gives; the last digits "
        "may differ.",
    )
    phases: Many[Phase] = Field(default=(), description="What comes after these epochs, in order.")
    early_stopping: EarlyStopping | None = Field(default=None, description="When to stop before the last epoch.")
    diagnostics: Diagnostics = Field(
        default=DiagnosticsSpec(),
        description="What is looked at after every epoch beside losses and metrics; true: everything.",
        examples=[{"norms": True, "clean_metrics": True}],
    )

    @field_validator("metrics")
    @classmethod
    def _metrics_are_unique(cls, metrics: tuple[MetricName, ...]) -> tuple[MetricName, ...]:
        if len(set(metrics)) != len(metrics):
            raise PydanticCustomError("repeated_metric", "a metric is listed twice")
        return metrics

    @model_validator(mode="after")
    def _phase_names_are_unique(self) -> Self:
        names = [phase.name for phase in self.phases]
        for index, name in enumerate(names):
            if name in names[:index]:
                context: dict[str, Any] = {"name": name, "place": ("phases", index, "name")}
                raise PydanticCustomError("repeated_name", "more than one phase is named {name}", context)
        return self

    @property
    def total_epochs(self) -> int:
        """Epochs of all phases together."""
        return self.epochs + sum(phase.epochs for phase in self.phases if phase.enabled)


def metric_names(training: TrainingSpec) -> list[str]:
    """Return the names of all metrics that a trial is evaluated on, e.g. val_loss, test_accuracy."""
    return [f"{split}_{name}" for split in SPLITS for name in ("loss", *training.metrics)]
