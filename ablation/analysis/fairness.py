"""Whether the variants of a study were treated alike."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ablation.records import Record

Unfairness = Literal[
    "unequal steps",
    "unequal data order",
    "learning rate tuned for the baseline only",
    "selection on the test set",
    "unequal early stopping",
    "failed seeds left out",
]


class FairnessWarning(Record):
    """One way in which a comparison is not fair, in a sentence that a reader understands."""

    kind: Unfairness
    sentence: str = Field(description="Without a full stop.")
    variants: tuple[str, ...] = Field(default=(), description="Those that it is about; none: all.")
