"""The unions of the language: what is chosen by `kind`, under the name that schema and reference give it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ablation.catalogue import FileFormat
from ablation.spec.augmenters import AugmentStep
from ablation.spec.constraints import Constraint
from ablation.spec.designs import Design
from ablation.spec.encoders import Encoder
from ablation.spec.initializers import Initializer
from ablation.spec.layers import Layer
from ablation.spec.losses import Loss
from ablation.spec.normalizers import NormalizeStep
from ablation.spec.optimizers import Optimizer
from ablation.spec.reading.annotations import models
from ablation.spec.regularizers import Regularizer
from ablation.spec.schedules import Schedule


@dataclass(frozen=True)
class Family:
    """Everything that can stand in one place, by `kind`."""

    name: str
    title: str
    union: Any
    meaning: str

    @property
    def members(self) -> set[str]:
        """The names of its models' classes."""
        return {model.__name__ for model in models(self.union)}


FAMILIES = (
    Family("layer", "Layers", Layer, "A layer of `model.layers`, or of a residual block."),
    Family("initializer", "Initializers", Initializer, "How weights start, e.g. a layer's `kernel_initializer`."),
    Family("regularizer", "Regularizers", Regularizer, "A penalty, e.g. a layer's `kernel_regularizer`."),
    Family("constraint", "Constraints", Constraint, "What weights are projected onto, e.g. a `kernel_constraint`."),
    Family("optimizer", "Optimizers", Optimizer, "The update rule, `training.optimizer`."),
    Family("schedule", "Schedules", Schedule, "How the learning rate changes, as a factor of it: `training.schedule`."),
    Family("loss", "Losses", Loss, "What training minimises, `training.loss`."),
    Family("encoder", "Encoders", Encoder, "How integer sequences become numbers, `data.encode`."),
    Family("normalizer", "Normalizer steps", NormalizeStep, "A step of `data.normalize`."),
    Family("augmenter", "Augmenter steps", AugmentStep, "A step of `data.augment`, on training batches only."),
    Family(
        "format", "File formats", FileFormat, "How the files of a dataset of your own are read, `data.dataset.format`."
    ),
    Family("design", "Designs", Design, "Which combinations of `factors` run."),
)
