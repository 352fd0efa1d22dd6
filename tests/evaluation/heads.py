"""Heads, outputs and labels for the tests of evaluation."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import TypeAdapter

from ablation.data import Array
from ablation.evaluation import Head, Predictions
from ablation.spec.losses import Loss

COUNT = 200


def head(kind: str, activation: Any = "linear", classes: int | None = 3, **settings: Any) -> Head:
    loss = TypeAdapter[Loss](Loss).validate_python({"kind": kind, **settings})
    return Head(loss=loss, activation=activation, classes=classes)


def drawn(of: Head, seed: int = 0, targets: int = 2) -> tuple[Array, Array]:
    """Draw outputs and labels that have something to do with each other."""
    rng = np.random.default_rng(seed)
    if of.classes is None:
        y = rng.normal(size=(COUNT, targets)).astype(np.float32)
        return (y + rng.normal(size=y.shape)).astype(np.float32), y
    labels = rng.integers(of.classes, size=COUNT).astype(np.int32)
    columns = 1 if of.target_form == "yes_no" else of.classes
    outputs = rng.normal(size=(COUNT, columns)) * 2
    outputs += labels[:, None] * 2 - 1 if columns == 1 else np.eye(columns)[labels] * 2
    return outputs.astype(np.float32), labels


def predictions(of: Head, outputs: Any, labels: Any) -> Predictions:
    return Predictions(of, np.array(outputs, dtype=np.float32), np.array(labels))
