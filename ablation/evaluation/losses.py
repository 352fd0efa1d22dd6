"""Losses in NumPy, by the formulas of Keras: one number a sample, without penalties and class weights."""

from __future__ import annotations

from functools import singledispatch

import numpy as np
from scipy.special import log_softmax

from ablation.data import Array
from ablation.evaluation.predictions import Predictions
from ablation.spec.losses import (
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    Huber,
    LogCosh,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)

PROBABILITY_FLOOR = 1e-7


@singledispatch
def sample_losses(spec: Loss, of: Predictions) -> Array:
    """Return the loss of each sample.

    Args:
        spec: Which loss.
        of: Outputs and labels.

    Returns:
        float64 (n,).
    """
    raise TypeError(f"no loss for {type(spec).__name__}")


@sample_losses.register
def _(spec: CategoricalCrossentropy, of: Predictions) -> Array:
    return _sum(-_smooth(of.targets, spec.label_smoothing, of.targets.shape[-1]) * _log_probabilities(of))


@sample_losses.register
def _(spec: SparseCategoricalCrossentropy, of: Predictions) -> Array:
    return _sum(-of.targets * _log_probabilities(of))


@sample_losses.register
def _(spec: CategoricalFocalCrossentropy, of: Predictions) -> Array:
    p = np.clip(_shares(of.values), PROBABILITY_FLOOR, 1 - PROBABILITY_FLOOR)
    targets = _smooth(of.targets, spec.label_smoothing, of.targets.shape[-1])
    return _sum(-targets * np.log(p) * spec.alpha * (1 - p) ** spec.gamma)


@sample_losses.register
def _(spec: BinaryCrossentropy, of: Predictions) -> Array:
    targets = _smooth(of.targets, spec.label_smoothing, 2)
    if of.head.gives_probabilities:
        return _mean(_binary_crossentropy(targets, of.values))
    return _mean(np.logaddexp(0, of.outputs) - targets * of.outputs)


@sample_losses.register
def _(spec: BinaryFocalCrossentropy, of: Predictions) -> Array:
    targets = _smooth(of.targets, spec.label_smoothing, 2)
    p_of_target = targets * of.values + (1 - targets) * (1 - of.values)
    losses = (1 - p_of_target) ** spec.gamma * _binary_crossentropy(targets, of.values)
    if spec.apply_class_balancing:
        losses = losses * (targets * spec.alpha + (1 - targets) * (1 - spec.alpha))
    return _mean(losses)


@sample_losses.register
def _(spec: MeanSquaredError, of: Predictions) -> Array:
    return _mean((of.outputs - of.targets) ** 2)


@sample_losses.register
def _(spec: MeanAbsoluteError, of: Predictions) -> Array:
    return _mean(np.abs(of.outputs - of.targets))


@sample_losses.register
def _(spec: Huber, of: Predictions) -> Array:
    size = np.abs(of.outputs - of.targets)
    return _mean(np.where(size <= spec.delta, size**2 / 2, spec.delta * size - spec.delta**2 / 2))


@sample_losses.register
def _(spec: LogCosh, of: Predictions) -> Array:
    difference = of.outputs - of.targets
    return _mean(np.logaddexp(difference, -difference) - np.log(2))


def _log_probabilities(of: Predictions) -> Array:
    if of.head.gives_probabilities:
        logs: Array = np.log(np.clip(_shares(of.values), PROBABILITY_FLOOR, 1))
    else:
        logs = log_softmax(of.outputs, axis=-1)
    return logs


def _shares(values: Array) -> Array:
    """Divide by the sum over classes, as Keras does; sigmoid outputs do not sum to one."""
    shares: Array = values / np.maximum(np.sum(values, axis=-1, keepdims=True), PROBABILITY_FLOOR)
    return shares


def _binary_crossentropy(targets: Array, probabilities: Array) -> Array:
    p = np.clip(probabilities, PROBABILITY_FLOOR, 1 - PROBABILITY_FLOOR)
    losses: Array = -targets * np.log(p) - (1 - targets) * np.log(1 - p)
    return losses


def _smooth(targets: Array, smoothing: float, choices: int) -> Array:
    return targets * (1 - smoothing) + smoothing / choices


def _sum(values: Array) -> Array:
    total: Array = np.sum(values, axis=-1)
    return total


def _mean(values: Array) -> Array:
    mean: Array = np.mean(values, axis=-1)
    return mean
