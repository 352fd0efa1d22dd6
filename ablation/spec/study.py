"""The whole spec: one question, its variants or factors, its seeds."""

from collections.abc import Collection, Iterator
from typing import Annotated, Any, Literal, LiteralString, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ablation.records import ModelFormat
from ablation.spec.base import NAME, Many, SpecModel
from ablation.spec.data import DataSpec
from ablation.spec.designs import FACTOR_NAME, Design, Factor
from ablation.spec.gates import Gate
from ablation.spec.model import ModelSpec
from ablation.spec.seeds import Seeds
from ablation.spec.training import TrainingSpec

STUDY_NAME = r"^[a-z0-9-]{1,63}$"


class VariantSpec(SpecModel):
    """What one variant changes, by path: `model.layers.drop_*.enabled: true`."""

    set: dict[str, Any] = Field(
        default_factory=dict,
        description="New values by path; `*` matches within a name.",
        examples=[{"model.layers.drop_*.enabled": True}],
    )
    description: str | None = Field(
        default=None,
        max_length=500,
        description="One sentence for the report.",
        examples=["Dropout after each hidden layer."],
    )


class CompareSpec(SpecModel):
    """Which number decides, and against which variant."""

    metric: str = Field(default="val_loss", description="A metric of evaluation, e.g. val_loss, test_accuracy.")
    direction: Literal["min", "max"] | None = Field(default=None, description="Which way is better, if not obvious.")
    baseline: str | None = Field(
        default=None, description="A variant's name; the first one when left out.", examples=["baseline"]
    )
    margin: float | None = Field(
        default=None, gt=0, description="The smallest difference that matters.", examples=[0.01]
    )


class RuntimeSpec(SpecModel):
    """How the trials run; nothing here changes a result, but for the last digits where threads add in another order."""

    workers: int | None = Field(
        default=None, ge=1, description="Trials at the same time; ABLATION_WORKERS otherwise.", examples=[2]
    )
    threads: int | None = Field(
        default=None, ge=1, description="Threads of a trial; cores / workers when left out.", examples=[1]
    )
    memory_gb: float | None = Field(
        default=None,
        gt=0,
        description="Memory of a trial, in GB: only as many train at once as there is memory for, and one that takes "
        "more is ended (Linux). When left out: as measured of earlier trials of its variant, and no limit.",
        examples=[4],
    )
    accelerator: Literal["auto", "cpu", "gpu", "tpu"] = Field(
        default="auto",
        description="What trials compute on; auto: what the machine has; another one must be there, or nothing starts.",
    )
    gpus: int = Field(
        default=0, ge=0, description="GPUs that a trial has for itself; one when left out and accelerator is gpu."
    )
    timeout_min: float = Field(default=24 * 60, gt=0, description="Time limit of one trial, in minutes.")
    checkpoint_s: float = Field(
        default=10, ge=0, description="Least seconds between two checkpoints of a trial; 0: one after every epoch."
    )
    checkpoint: Literal["local", "store"] = Field(
        default="local",
        description="Where checkpoints are kept: in this machine's cache, or in the store as well, for a machine whose "
        "disk may be lost: another one goes on from there.",
    )
    max_trials: int = Field(default=200, ge=1, description="A study of more trials runs only with --yes.")

    @model_validator(mode="after")
    def _gpus_fit_the_accelerator(self) -> Self:
        if self.gpus and self.accelerator in ("cpu", "tpu"):
            context: dict[str, Any] = {"accelerator": self.accelerator, "place": ("gpus",)}
            hint = "Write `accelerator: gpu`, or leave gpus out."
            raise PydanticCustomError(
                "one_choice", "stands beside accelerator: {accelerator}, which uses no GPU", context | {"hint": hint}
            )
        return self

    @property
    def gpus_of_trial(self) -> int:
        """GPUs that a trial has for itself."""
        return max(self.gpus, 1) if self.accelerator == "gpu" else self.gpus


class PublishSpec(SpecModel):
    """What a run's folder has of each trial beside its history, metrics, charts and log; the store keeps all of it."""

    model: bool = Field(default=True, description="Whether the trained model is there.")
    predictions: bool = Field(default=False, description="Whether the model's outputs for every split are there.")
    formats: Many[ModelFormat] = Field(
        default=(),
        description="Formats of each trained model beside model.keras, with the normaliser inside; each is read again "
        "and compared with the model before it is published. `keras` does that with model.keras itself.",
        examples=[["tflite"]],
    )
    tensorboard: bool = Field(
        default=False, description="Whether the history is there as an event file of TensorBoard, too."
    )


class StudySpec(SpecModel):
    """A study as written, before its variants are worked out."""

    study: str = Field(pattern=STUDY_NAME, description="Name of the study, also in storage.", examples=["imdb-dropout"])
    question: str | None = Field(
        default=None, max_length=500, description="What the study answers.", examples=["Does dropout help here?"]
    )
    source: str | None = Field(
        default=None,
        max_length=500,
        description="Where the experiment comes from.",
        examples=["Chollet, Deep Learning with Python, 4.4"],
    )
    data: DataSpec = Field(description="What the trials learn from.")
    model: ModelSpec = Field(description="The network.")
    training: TrainingSpec = Field(description="How each trial is trained.")
    seeds: Seeds = Field(
        default=3,
        description="How many (3 means 0, 1, 2), a list of them, or as many as it takes: seeds are added to a "
        "comparison until its interval is narrow enough.",
        examples=[5, {"start": 5, "until": {"ci_width": 0.01}, "max": 20}],
    )
    variants: dict[Annotated[str, Field(pattern=NAME)], VariantSpec] | None = Field(
        default=None,
        min_length=1,
        description="By name, in the order of the report; one variant, the spec as written, when left out.",
        examples=[{"baseline": {}, "dropout": {"set": {"model.layers.drop_*.enabled": True}}}],
    )
    factors: dict[Annotated[str, Field(pattern=FACTOR_NAME)], Factor] | None = Field(
        default=None,
        min_length=1,
        description="Instead of variants: what is switched, by name.",
    )
    design: Design | None = Field(default=None, description="Which combinations of the factors run.")
    compare: CompareSpec = Field(default=CompareSpec(), description="What decides.")
    gates: Many[Gate] = Field(default=(), description="Bounds that the results must keep.")
    runtime: RuntimeSpec = Field(default=RuntimeSpec(), description="How the trials run.")
    publish: PublishSpec = Field(default=PublishSpec(), description="What is published.")

    @model_validator(mode="after")
    def _has_variants_or_factors(self) -> Self:
        for key, message, hint in wrong_combination([key for key, value in self if value is not None]):
            raise PydanticCustomError("one_choice", message, {"place": (key,), "hint": hint})
        return self


def wrong_combination(keys: Collection[str]) -> Iterator[tuple[str, LiteralString, str]]:
    """Return which of variants, factors and design stand together, or alone, though they must not.

    Returns:
        The key that is wrong, why, and what to do.
    """
    if "factors" in keys and "variants" in keys:
        yield "factors", "stands beside variants", "Keep one of them: factors and a design make the variants."
    if "factors" in keys and "design" not in keys:
        yield "factors", "needs a design", "Add e.g. `design: {kind: full_factorial}`."
    if "design" in keys and "factors" not in keys:
        yield "design", "needs factors", "Add `factors:`, or remove it."


# What makes a trial's result, and what does not. Every field of StudySpec stands in exactly one of the two (tested).
RESULT_SECTIONS = ("data", "model", "training")
LEFT_OUT_OF_IDENTITY = (
    "study",
    "question",
    "source",
    "seeds",
    "variants",
    "factors",
    "design",
    "compare",
    "gates",
    "runtime",
    "publish",
)
