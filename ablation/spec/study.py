"""The whole spec: one question, its variants, its seeds."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from ablation.spec.base import NAME, Many, SpecModel
from ablation.spec.data import DataSpec
from ablation.spec.model import ModelSpec
from ablation.spec.training import TrainingSpec

STUDY_NAME = r"^[a-z0-9-]{1,63}$"
Seed = Annotated[int, Field(ge=0, lt=2**31)]
SeedList = Annotated[Many[Seed], Field(min_length=1), Tag("list")]
SeedCount = Annotated[int, Field(ge=1, le=10_000), Tag("count")]
# Told apart by shape, so that a wrong seed is one problem, not one of each reading.
Seeds = Annotated[SeedList | SeedCount, Discriminator(lambda value: "count" if isinstance(value, int) else "list")]


class VariantSpec(SpecModel):
    """What one variant changes, by path: `model.layers.drop_*.enabled: true`."""

    set: dict[str, Any] = Field(default_factory=dict, description="New values by path; `*` matches within a name.")
    description: str | None = Field(default=None, description="One sentence for the report.")


class CompareSpec(SpecModel):
    """Which number decides, and against which variant."""

    metric: str = Field(default="val_loss", description="A metric of evaluation, e.g. val_loss, test_accuracy.")
    direction: Literal["min", "max"] | None = Field(default=None, description="Which way is better, if not obvious.")
    baseline: str | None = Field(default=None, description="A variant's name; the first one when left out.")
    margin: float | None = Field(default=None, gt=0, description="The smallest difference that matters.")


class RuntimeSpec(SpecModel):
    """How the trials run; nothing here changes a result."""

    workers: int | None = Field(default=None, ge=1, description="Trials at the same time; ABLATION_WORKERS otherwise.")
    threads: int | None = Field(default=None, ge=1, description="Threads of a trial; cores / workers when left out.")
    timeout_min: float = Field(default=24 * 60, gt=0, description="Time limit of one trial, in minutes.")


class StudySpec(SpecModel):
    """A study as written, before its variants are worked out."""

    study: str = Field(pattern=STUDY_NAME, description="Name of the study, also in storage.")
    question: str | None = Field(default=None, max_length=500, description="What the study answers.")
    source: str | None = Field(default=None, max_length=500, description="Where the experiment comes from.")
    data: DataSpec = Field(description="What the trials learn from.")
    model: ModelSpec = Field(description="The network.")
    training: TrainingSpec = Field(description="How each trial is trained.")
    seeds: Seeds = Field(default=3, description="A list of seeds, or how many: 3 means 0, 1, 2.")
    variants: dict[Annotated[str, Field(pattern=NAME)], VariantSpec] = Field(
        default={"baseline": VariantSpec()}, min_length=1, description="By name, in the order of the report."
    )
    compare: CompareSpec = Field(default=CompareSpec(), description="What decides.")
    runtime: RuntimeSpec = Field(default=RuntimeSpec(), description="How the trials run.")


# What makes a trial's result, and what does not. Every field of StudySpec stands in exactly one of the two (tested).
RESULT_SECTIONS = ("data", "model", "training")
LEFT_OUT_OF_IDENTITY = ("study", "question", "source", "seeds", "variants", "compare", "runtime")
