"""How sure a model is beside how often it is right.

Source: Guo et al., 2017, On Calibration of Modern Neural Networks.
"""

from __future__ import annotations

import numpy as np

from ablation.data import Array
from ablation.evaluation.predictions import Predictions

BINS = 15


def confidences(of: Predictions) -> Array:
    """Return the probability of each sample's predicted class, float64 (n,), where outputs are probabilities."""
    highest: Array = np.max(of.scores, axis=-1)
    return highest


def bins_of(confidence: Array) -> Array:
    """Return in which of 15 bins of equal width each confidence lies, int (n,); a bin has its upper edge."""
    bins: Array = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    return bins


def calibration_error(of: Predictions) -> float:
    """Return the expected calibration error: the mean distance of confidence and accuracy over bins, by their size."""
    confidence = confidences(of)
    gaps = np.bincount(bins_of(confidence), weights=(of.predicted == of.labels) - confidence, minlength=BINS)
    return float(np.sum(np.abs(gaps)) / len(confidence))
