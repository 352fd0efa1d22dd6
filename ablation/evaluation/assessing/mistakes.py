"""The samples that a model is most wrong about."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ablation.data import Array
from ablation.evaluation.calibration import confidences
from ablation.evaluation.losses import sample_losses
from ablation.evaluation.predictions import Predictions
from ablation.records import Mistake


def worst_mistakes(of: Predictions, names: Sequence[str], most: int) -> tuple[Mistake, ...]:
    """Return the samples of the largest loss, the worst first; of classes only those that are taken for another one.

    Args:
        of: Outputs and labels.
        names: Of the classes, in order; empty for a regression.
        most: How many at most.
    """
    losses = sample_losses(of.head.loss, of)
    wrong = np.arange(len(losses)) if of.head.classes is None else np.flatnonzero(of.predicted != of.labels)
    worst = wrong[np.argsort(-losses[wrong], kind="stable")[:most]]
    describe = _number(of) if of.head.classes is None else _class(of, names)
    return tuple(describe(int(row), float(losses[row])) for row in worst)


def _class(of: Predictions, names: Sequence[str]) -> Callable[[int, float], Mistake]:
    confidence = confidences(of) if of.head.is_probabilistic else None

    def describe(row: int, loss: float) -> Mistake:
        return Mistake(
            index=row,
            truth=names[int(of.labels[row])],
            predicted=names[int(of.predicted[row])],
            probability=None if confidence is None else float(confidence[row]),
            loss=loss,
        )

    return describe


def _number(of: Predictions) -> Callable[[int, float], Mistake]:
    def describe(row: int, loss: float) -> Mistake:
        return Mistake(index=row, truth=_text(of.targets[row]), predicted=_text(of.values[row]), loss=loss)

    return describe


def _text(numbers: Array) -> str:
    return ", ".join(f"{number:.4g}" for number in numbers)
