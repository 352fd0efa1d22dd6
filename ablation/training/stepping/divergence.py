"""A training that cannot go on: its loss or a gradient is no longer a finite number; and what is kept to see why."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
from pydantic import Field

from ablation.data import SparseRows
from ablation.records import Record
from ablation.training.feeding.batches import Batches
from ablation.training.jobs import DIVERGED_BATCH, DIVERGENCE


class NotFinite(Exception):
    """A step found a loss or a gradient that is not finite, and was not taken.

    Args:
        epoch: Of all epochs of the training, counted from 0.
        step: Of the epoch, counted from 0.
        loss: Of the step's batch, penalties included.
        gradient_norms: L2 norm of each weight's gradient, by the weight's path.
    """

    def __init__(self, epoch: int, step: int, loss: float, gradient_norms: Mapping[str, float]) -> None:
        what = "its loss is" if not np.isfinite(loss) else f"its loss is {loss:.6g}, its gradient"
        super().__init__(f"stopped before step {step + 1} of epoch {epoch + 1}: {what} not a finite number")
        self.epoch, self.step = epoch, step
        self.loss, self.gradient_norms = loss, gradient_norms


class Divergence(Record):
    """What the step saw that was not taken. Numbers that are not finite are written as strings."""

    epoch: int = Field(description="Counted from 1.")
    step: int = Field(description="Of the epoch, counted from 1.")
    samples: tuple[int, ...] = Field(description="Of the training split, in the order of the batch.")
    loss: float = Field(description="Of the batch, penalties included.")
    gradient_norms: dict[str, float] = Field(description="L2, by the weight's path.")
    weight_norms: dict[str, float] = Field(description="L2 before the step, by the weight's path.")
    spoilt: tuple[str, ...] = Field(description="State that is not finite already, e.g. a moving mean of the batch.")


def write_divergence(found: NotFinite, model: keras.Model, batches: Batches, directory: Path) -> None:
    """Write what was found, and the batch it was found in: inputs, targets and, if there are, sample weights."""
    weights = {weight.path: np.asarray(weight) for weight in model.weights}
    divergence = Divergence(
        epoch=found.epoch + 1,
        step=found.step + 1,
        samples=tuple(batches.samples_of(found.epoch, found.step).tolist()),
        loss=found.loss,
        gradient_norms=dict(found.gradient_norms),
        weight_norms={path: float(np.linalg.norm(np.float64(value))) for path, value in weights.items()},
        spoilt=tuple(path for path, value in weights.items() if not np.isfinite(value).all()),
    )
    (directory / DIVERGENCE).write_text(divergence.model_dump_json(indent=1), encoding="utf-8")
    inputs, *rest = batches.batch(found.epoch, found.step)
    arrays = inputs._asdict() if isinstance(inputs, SparseRows) else {"inputs": inputs}
    arrays |= dict(zip(("targets", "sample_weights"), rest, strict=False))
    np.savez_compressed(directory / DIVERGED_BATCH, allow_pickle=False, **arrays)
