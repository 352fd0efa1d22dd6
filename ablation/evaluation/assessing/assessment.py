"""From outputs and labels of the test part to its assessment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ablation.data import Array
from ablation.evaluation.assessing.mistakes import worst_mistakes
from ablation.evaluation.calibration import BINS, bins_of, calibration_error, confidences
from ablation.evaluation.predictions import Predictions
from ablation.records import Assessment, Confusion, ReliabilityBin, Residuals

# A matrix of more classes is no longer looked at, and costs more than all the rest.
MOST_CLASSES = 100
MOST_MISTAKES = 12
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
RESIDUAL_BINS = 30


def assess(of: Predictions, names: Sequence[str]) -> Assessment:
    """Return what a model does on its test part; samples whose outputs are not finite are counted and left out.

    Args:
        of: Outputs and labels.
        names: Of the classes, in order; empty for a regression.
    """
    is_finite = of.is_finite
    rows = np.flatnonzero(is_finite)
    known = of if len(rows) == len(is_finite) else of.take(rows)
    counts = {"samples": len(is_finite), "not_finite": len(is_finite) - len(rows)}
    if not len(rows):
        return Assessment(**counts)
    mistakes = worst_mistakes(known, names, MOST_MISTAKES)
    shown = tuple(each.model_copy(update={"index": int(rows[each.index])}) for each in mistakes)
    if known.head.classes is None:
        return Assessment(**counts, residuals=residuals(known), mistakes=shown)
    is_sure = known.head.is_probabilistic
    return Assessment(
        **counts,
        confusion=confusion(known, names) if len(names) <= MOST_CLASSES else None,
        calibration_error=calibration_error(known) if is_sure else None,
        reliability=reliability(known) if is_sure else (),
        mistakes=shown,
    )


def confusion(of: Predictions, names: Sequence[str]) -> Confusion:
    """Count how often each class was taken for each other one."""
    classes = len(names)
    pairs = of.labels.astype(np.int64) * classes + of.predicted
    counts = np.bincount(pairs, minlength=classes**2).reshape(classes, classes)
    return Confusion(labels=tuple(names), counts=tuple(map(tuple, counts.tolist())))


def reliability(of: Predictions) -> tuple[ReliabilityBin, ...]:
    """Return confidence and accuracy in the 15 bins of the calibration error."""
    confidence = confidences(of)
    bins = bins_of(confidence)
    counts = np.bincount(bins, minlength=BINS)
    sure = np.bincount(bins, weights=confidence, minlength=BINS)
    right = np.bincount(bins, weights=of.predicted == of.labels, minlength=BINS)
    return tuple(
        ReliabilityBin(
            low=place / BINS,
            high=(place + 1) / BINS,
            count=int(count),
            confidence=_mean(sure[place], count),
            accuracy=_mean(right[place], count),
        )
        for place, count in enumerate(counts)
    )


def residuals(of: Predictions) -> Residuals:
    """Return how predictions - targets are spread; those of several targets together."""
    differences = (of.values - of.targets).ravel()
    counts, edges = np.histogram(differences, bins=RESIDUAL_BINS)
    quantiles = np.quantile(differences, QUANTILES).tolist()
    return Residuals(
        mean=float(np.mean(differences)),
        sd=float(np.std(differences, ddof=1)) if len(differences) > 1 else 0.0,
        quantiles={f"{share:g}": value for share, value in zip(QUANTILES, quantiles, strict=True)},
        edges=tuple(edges.tolist()),
        counts=tuple(counts.tolist()),
    )


def _mean(total: Array, count: int) -> float | None:
    return float(total / count) if count else None
