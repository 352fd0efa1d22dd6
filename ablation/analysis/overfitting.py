"""When and how much a trial overfits."""

from __future__ import annotations

from pydantic import Field

from ablation.records import Record


class Overfitting(Record):
    """The generalisation gap of one trial over its epochs: validation loss - training loss, penalty excluded."""

    is_clean: bool = Field(description="Whether the training loss is of the model in inference mode, dropout off.")
    epochs: tuple[int, ...]
    gaps: tuple[float | None, ...] = Field(description="By epoch; None where a loss is not finite.")
    best_epoch: int | None = Field(description="Of the lowest validation loss.")
    turning_epoch: int | None = Field(description="Where the validation loss turns up for good; None: it never does.")
    last_gap: float | None
    best_gap: float | None = Field(description="At the best epoch.")
    area: float | None = Field(description="Under the gap over the epochs, by trapezoids; loss x epochs.")
