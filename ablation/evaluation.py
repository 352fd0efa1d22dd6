"""From a trained model's outputs to metrics: dropout off, penalties excluded, the same for every split."""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch

import numpy as np
from scipy.special import log_softmax

from ablation.data import Array, Prepared
from ablation.spec import TrialSpec
from ablation.spec.losses import CategoricalCrossentropy, Loss, MeanSquaredError

PROBABILITY_FLOOR = 1e-7


def evaluate(outputs: Mapping[str, Array], prepared: Prepared, spec: TrialSpec) -> dict[str, float]:
    """Return `<split>_loss` and `<split>_<metric>` for the splits train, val and test.

    Args:
        outputs: Model outputs by split, float32 of shape (n, classes).
        prepared: The labels.
        spec: Says what the outputs are (logits or probabilities) and which metrics are wanted.
    """
    labels = {"train": prepared.train.y, "val": prepared.validation.y, "test": prepared.test.y}
    is_softmax = spec.model.output_activation == "softmax"
    metrics: dict[str, float] = {}
    for split, y in labels.items():
        metrics[f"{split}_loss"] = loss(spec.training.loss, outputs[split], np.asarray(y), is_softmax=is_softmax)
        if "accuracy" in spec.training.metrics:
            metrics[f"{split}_accuracy"] = float(np.mean(np.argmax(outputs[split], axis=-1) == y))
    return metrics


@singledispatch
def loss(spec: Loss, outputs: Array, labels: Array, *, is_softmax: bool) -> float:
    """Return the mean loss over samples, without penalties.

    Args:
        spec: Which loss.
        outputs: Logits, or probabilities when `is_softmax`, of shape (n, classes).
        labels: Integers of shape (n,).
        is_softmax: Whether the outputs went through a softmax.
    """
    raise TypeError(f"no loss for {type(spec).__name__}")


@loss.register
def _(spec: CategoricalCrossentropy, outputs: Array, labels: Array, *, is_softmax: bool) -> float:
    values = outputs.astype(np.float64)
    log_p = np.log(np.clip(values, PROBABILITY_FLOOR, 1.0)) if is_softmax else log_softmax(values, axis=-1)
    targets = _one_hot(labels, values.shape[-1])
    smooth = targets * (1 - spec.label_smoothing) + spec.label_smoothing / values.shape[-1]
    return float(-np.mean(np.sum(smooth * log_p, axis=-1)))


@loss.register
def _(spec: MeanSquaredError, outputs: Array, labels: Array, *, is_softmax: bool) -> float:
    return float(np.mean((outputs.astype(np.float64) - _one_hot(labels, outputs.shape[-1])) ** 2))


def _one_hot(labels: Array, classes: int) -> Array:
    return np.eye(classes)[labels]
