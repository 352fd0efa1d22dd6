"""What is previewed: the data of one trial, as the dataset has it and as training reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ablation.catalogue import Dataset
from ablation.data import Array, Prepared
from ablation.data.describing import DecodedSplit, is_image
from ablation.evaluation import Head, head_of
from ablation.spec import Trial

Kind = Literal["images", "sequences", "table"]
CHANNELS = ("red", "green", "blue")
ALL = ("all values",)


@dataclass(frozen=True)
class Subject:
    """The data of one trial.

    Args:
        trial: Whose.
        dataset: What it trains on.
        classes: Names of the classes, in order; empty for a regression.
        decoded: The samples of each split as the dataset has them.
        prepared: The same samples, encoded and normalised.
    """

    trial: Trial
    dataset: Dataset
    classes: tuple[str, ...]
    decoded: Mapping[str, DecodedSplit]
    prepared: Prepared

    @property
    def kind(self) -> Kind:
        """What one sample is."""
        if self.decoded["train"].is_of_sequences:
            return "sequences"
        return "images" if is_image(self.decoded["train"].sample_shape) else "table"

    @property
    def head(self) -> Head:
        """What the outputs of the trial's model mean."""
        return head_of(self.trial.spec.model, self.trial.spec.training.loss, self.dataset.classes)

    @property
    def labels(self) -> dict[str, Array]:
        """The labels of each split as training reads them."""
        return {name: getattr(self.prepared, name).y for name in self.decoded}

    def stored_columns(self) -> tuple[str, ...]:
        """Return the names of the columns of decoded samples that are told apart."""
        return self._columns(self.decoded["train"].sample_shape, "feature")

    def normalized_columns(self) -> tuple[str, ...]:
        """Return the names of the columns of normalised samples that are told apart."""
        shape = self.prepared.train.input_shape
        return self._columns(shape, "feature" if shape == self.decoded["train"].sample_shape else "component")

    def _columns(self, shape: tuple[int | None, ...], word: str) -> tuple[str, ...]:
        if self.kind == "sequences" or not shape:
            return ALL
        if is_image(shape):
            return CHANNELS if shape[2:] == (3,) else ALL
        if len(shape) > 1 or shape[0] is None:
            return ALL
        named = getattr(self.dataset.format, "features", None) or ()
        if word == "feature" and len(named) == shape[0]:
            return tuple(named)
        return tuple(f"{word} {index}" for index in range(shape[0]))
