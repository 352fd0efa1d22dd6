"""Principal components and whitening, fitted on samples that come in batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from ablation.data.arrays import Array
from ablation.data.errors import DataError
from ablation.data.normalizing.statistics import moments
from ablation.spec.normalizers import Whiten

MAX_FEATURES = 4096


def fit_whitening(step: Whiten, batches: Iterable[Array]) -> dict[str, Array]:
    """Return the mean, shape (features,), and the matrix that (x - mean) is multiplied by, both float32.

    The matrix is (features, components) for pca_whitening and (features, features) for zca_whitening.

    Raises:
        DataError: There are more features than a covariance matrix is made for, or fewer than components.

    Source: Kessy, Lewin and Strimmer, Optimal Whitening and Decorrelation, 2018.
    """
    mean, covariance = _covariance(step, batches)
    kept = step.components or len(mean)
    if kept > len(mean):
        raise DataError(f"data.normalize: {step.kind} of {kept} components; the samples have {len(mean)} features.")
    variances, directions = np.linalg.eigh(covariance)
    variances, directions = np.maximum(variances[::-1][:kept], 0), _signed(directions[:, ::-1][:, :kept])
    matrix = directions / np.sqrt(variances + step.epsilon)
    if step.kind == "zca_whitening":
        matrix = matrix @ directions.T
    return {"mean": mean.astype(np.float32), "matrix": matrix.astype(np.float32)}


def whiten(step: Whiten, fitted: Mapping[str, Array], x: Array) -> Array:
    """Return whitened samples, float32: (n, components) for pca_whitening, the shape of `x` for zca_whitening."""
    flat = (x.reshape(len(x), -1).astype(np.float32, copy=False) - fitted["mean"]) @ fitted["matrix"]
    return flat.reshape(x.shape) if step.kind == "zca_whitening" else flat


def _covariance(step: Whiten, batches: Iterable[Array]) -> tuple[Array, Array]:
    features = int(np.prod(next(iter(batches)).shape[1:]))
    if features > MAX_FEATURES:
        raise DataError(
            f"data.normalize: {step.kind} of samples of {features:,} values; at most {MAX_FEATURES:,} are whitened.\n"
            "  Put a step `resize` or `grayscale` before it."
        )
    mean = moments(batches, "feature")[0].reshape(-1)
    covariance = np.zeros((features, features))
    count = 0
    for batch in batches:
        centered = batch.reshape(len(batch), -1).astype(np.float64) - mean
        covariance += centered.T @ centered
        count += len(batch)
    return mean, covariance / count


def _signed(directions: Array) -> Array:
    """Turn each direction so that its largest entry is positive: a direction's sign is arbitrary otherwise."""
    largest = np.abs(directions).argmax(axis=0)
    signed: Array = directions * np.where(directions[largest, np.arange(directions.shape[1])] < 0, -1.0, 1.0)
    return signed
