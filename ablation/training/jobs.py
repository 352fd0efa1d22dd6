"""What a trial's process is told and what it answers, as JSON files in the trial's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from ablation.data import FeaturesRef, PreparedRef
from ablation.records import Determinism, Record
from ablation.settings import Settings
from ablation.spec import ModelSpec, Precision, Trial, layers, losses
from ablation.training.preflight import PreflightJob

# What a process does with its job, for `run_isolated`.
TRAIN = "ablation.training.trial:train"
BUILD = "ablation.training.trial:build"
EXTRACT = "ablation.training.features:extract"
EXPORT = "ablation.training.exporting.export:export"
RANGE_TEST = "ablation.training.rate_range:run_range_test"

RESULT = "result.json"
PREFLIGHT = "preflight.json"
HISTORY = "history.csv"
DIAGNOSTICS = "diagnostics.csv"
MODEL = "model.keras"
PREDICTIONS = "predictions.npz"
DIVERGENCE = "divergence.json"
DIVERGED_BATCH = "diverged_batch.npz"
LAST_GOOD = "last_good.keras"
OF_DIVERGED = (DIVERGENCE, DIVERGED_BATCH, LAST_GOOD)


class _Job(Record):
    cache_dir: str
    devices: tuple[str, ...] | None = Field(default=None, description="GPUs to use; None: all that the machine has.")

    @property
    def settings(self) -> Settings:
        """Settings that find prepared data and files of weights."""
        return Settings(cache_dir=Path(self.cache_dir))


class TrainJob(_Job):
    """One trial to train."""

    trial: Trial
    prepared: PreparedRef
    threads: int = Field(ge=1)
    checkpoint: str | None = Field(default=None, description="File of the state to go on from; None: none is kept.")
    checkpoint_s: float = Field(default=0.0, ge=0, description="Least seconds between two checkpoints.")
    features: FeaturesRef | None = Field(default=None, description="Stored output of the model's frozen beginning.")


class SharedFeatures(Record):
    """What frozen layers give for all samples: of a core, and of what follows it in the models that share it."""

    prepared: PreparedRef
    seed: int = Field(description="Of a trial; it counts where the core's weights are drawn at random.")
    precision: Precision
    core: tuple[layers.Layer, ...]
    tails: tuple[tuple[layers.Layer, ...], ...] = Field(description="One for each of `refs`.")
    refs: tuple[FeaturesRef, ...]

    @property
    def name(self) -> str:
        """The backbones, for logs and lists."""
        return ", ".join(layer.name for layer in self.core if isinstance(layer, layers.Backbone))


class FeaturesJob(_Job):
    """Frozen layers to run over all samples."""

    features: SharedFeatures
    threads: int = Field(ge=1)


class BuildJob(_Job):
    """One model to build, to see that it can be."""

    model: ModelSpec
    loss: losses.Loss
    precision: Precision
    input_shape: tuple[int, ...]
    classes: int | None = Field(description="Of the dataset; None for a regression.")
    outputs: int = Field(ge=1, description="The model must have as many.")
    preflight: PreflightJob | None = Field(default=None, description="What the model is looked at with, if it is.")


class RangeJob(_Job):
    """One trial whose first steps are trained with a learning rate that climbs from step to step."""

    trial: Trial
    prepared: PreparedRef
    threads: int = Field(ge=1)
    first_rate: float = Field(gt=0)
    last_rate: float = Field(gt=0)
    steps: int = Field(ge=1, description="The rates between the two, in equal ratios.")


class RangeResult(Record):
    """What the loss became at each learning rate."""

    start_loss: float = Field(description="Before the first step, of its batch.")
    rates: tuple[float, ...] = Field(description="One a step; as far as the test went.")
    losses: tuple[float, ...] = Field(description="After the step at each rate, of the next batch; all finite.")
    stop: Literal["not_finite", "risen"] | None = Field(description="What ended the test before its last rate.")


class TrainResult(Record):
    """How training ended, as the trial's own process saw it."""

    status: Literal["trained", "diverged"]
    epochs: int
    best_epoch: int | None = None
    resumed_from: int | None = None
    parameters: int
    train_s: float
    cpu_s: float = 0.0
    peak_rss_bytes: int
    determinism: Determinism
    error: str | None = None
