"""Metrics of one split, exact, in NumPy. A metric that is not defined for what it is given is NaN."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from ablation.data import Array
from ablation.evaluation.calibration import calibration_error
from ablation.evaluation.predictions import Predictions


def accuracy(of: Predictions) -> float:
    """Return the share of samples whose predicted class is their label."""
    return float(np.mean(of.predicted == of.labels))


def top_k_accuracy(of: Predictions, k: int) -> float:
    """Return the share of samples with fewer than k classes that score higher than their label does."""
    own = np.take_along_axis(of.scores, of.labels[:, None].astype(np.intp), axis=-1)
    return float(np.mean(np.sum(of.scores > own, axis=-1) < k))


def auc(of: Predictions) -> float:
    """Return the area under the ROC curve: of class 1; of more classes the mean over each against the rest.

    NaN where a class has no sample, or nothing else has one.
    """
    classes = of.head.classes or 0
    if of.head.target_form == "yes_no":
        return _area(of.labels == 1, of.outputs[:, 0])
    chosen = [1] if classes == 2 else range(classes)
    return float(np.mean([_area(of.labels == label, of.scores[:, label]) for label in chosen]))


def precision(of: Predictions) -> float:
    """Return the share of right ones among those predicted: of class 1; of more classes the mean over classes."""
    hits, predicted, _ = _counts(of)
    return _mean_ratio(hits, predicted)


def recall(of: Predictions) -> float:
    """Return the share of a class that is found: of class 1; of more classes the mean over classes."""
    hits, _, actual = _counts(of)
    return _mean_ratio(hits, actual)


def f1(of: Predictions) -> float:
    """Return the harmonic mean of precision and recall: of class 1; of more classes the mean over classes."""
    hits, predicted, actual = _counts(of)
    return _mean_ratio(2 * hits, predicted + actual)


def ece(of: Predictions) -> float:
    """Return how far the probability of the predicted class is from its accuracy: the mean over 15 bins of equal width.

    NaN where the outputs are no probabilities.

    Source: Guo et al., 2017, On Calibration of Modern Neural Networks.
    """
    if not of.head.is_probabilistic:
        return math.nan
    return calibration_error(of)


def mse(of: Predictions) -> float:
    """Return the mean squared difference between values and targets; for classes, one-hot labels."""
    return float(np.mean((of.values - of.targets) ** 2))


def rmse(of: Predictions) -> float:
    """Return the root of the mean squared difference."""
    return math.sqrt(mse(of))


def mae(of: Predictions) -> float:
    """Return the mean absolute difference between values and targets; for classes, one-hot labels."""
    return float(np.mean(np.abs(of.values - of.targets)))


def r2(of: Predictions) -> float:
    """Return the explained share of the targets' variance, the mean over targets; NaN where a target never varies."""
    total = np.sum((of.targets - np.mean(of.targets, axis=0)) ** 2, axis=0)
    if not np.all(total > 0):
        return math.nan
    return float(np.mean(1 - np.sum((of.values - of.targets) ** 2, axis=0) / total))


MEASURES: dict[str, Callable[[Predictions], float]] = {
    "accuracy": accuracy,
    **{f"top_{k}_accuracy": partial(top_k_accuracy, k=k) for k in (2, 3, 5, 10)},
    "auc": auc,
    "precision": precision,
    "recall": recall,
    "f1": f1,
    "ece": ece,
    "mse": mse,
    "rmse": rmse,
    "mae": mae,
    "r2": r2,
}


def _area(is_positive: Array, scores: Array) -> float:
    """Return the share of (positive, negative) pairs in the right order, ties counting half."""
    positives, negatives = int(np.sum(is_positive)), int(np.sum(~is_positive))
    if not positives or not negatives:
        return math.nan
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    rank = np.cumsum(count) - (count - 1) / 2
    return float((np.sum(rank[place[is_positive]]) - positives * (positives + 1) / 2) / (positives * negatives))


def _counts(of: Predictions) -> tuple[Array, Array, Array]:
    """Count hits, predictions and samples: of class 1, or of every class that was predicted or is there."""
    classes = of.head.classes or 0
    hits = np.bincount(of.labels[of.predicted == of.labels], minlength=classes)
    predicted = np.bincount(of.predicted, minlength=classes)
    actual = np.bincount(of.labels, minlength=classes)
    chosen = np.array([1]) if classes == 2 else np.flatnonzero(predicted + actual)
    return hits[chosen], predicted[chosen], actual[chosen]


def _mean_ratio(part: Array, whole: Array) -> float:
    """Return the mean of part / whole, 0 where there is nothing."""
    return float(np.mean(part / np.maximum(whole, 1)))
