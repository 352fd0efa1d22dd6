from __future__ import annotations

import numpy as np
import pytest

from ablation.data import Array, DataError
from ablation.data.normalizing import apply, fit, whitening
from ablation.spec.normalizers import Whiten


def correlated(count: int = 400) -> Array:
    rng = np.random.default_rng(0)
    mixing = np.array([[2.0, 0.5, 0], [0, 1, 0.3], [0, 0, 0.2]])
    return np.asarray(rng.standard_normal((count, 3)) @ mixing + [5, -1, 0], dtype=np.float32)


@pytest.mark.parametrize("kind", ["pca_whitening", "zca_whitening"])
def test_whitened_features_are_uncorrelated_and_of_unit_variance(kind: str) -> None:
    x = correlated()
    white = apply(fit([Whiten.model_validate({"kind": kind, "epsilon": 1e-9})], [x[:150], x[150:]]), x)
    assert white.dtype.name == "float32"
    assert np.allclose(white.mean(axis=0), 0, atol=1e-4)
    assert np.allclose(np.cov(white.T, bias=True), np.eye(3), atol=1e-3)


def test_pca_whitening_is_its_formula() -> None:
    x = correlated()
    white = apply(fit([Whiten(kind="pca_whitening", components=2, epsilon=0.1)], [x]), x)
    centered = x.astype(np.float64) - x.mean(axis=0, dtype=np.float64)
    _, singular, rows = np.linalg.svd(centered, full_matrices=False)
    expected = centered @ rows[:2].T / np.sqrt(singular[:2] ** 2 / len(x) + 0.1)
    assert white.shape == (400, 2)
    assert np.allclose(np.abs(white), np.abs(expected), atol=1e-3)


def test_zca_whitening_changes_samples_as_little_as_can_be() -> None:
    x = correlated()
    fitted = fit([Whiten(kind="zca_whitening")], [x])
    matrix = fitted[0].values["matrix"]
    assert np.allclose(matrix, matrix.T, atol=1e-5)
    assert np.linalg.eigvalsh(matrix).min() > 0


def test_zca_whitened_images_keep_their_shape_and_pca_whitened_do_not() -> None:
    images = np.random.default_rng(1).random((20, 2, 2), dtype=np.float32)
    assert apply(fit([Whiten(kind="zca_whitening", components=2)], [images]), images).shape == (20, 2, 2)
    assert apply(fit([Whiten(kind="pca_whitening")], [images]), images).shape == (20, 4)


def test_directions_are_turned_the_same_way_whatever_the_samples_signs() -> None:
    x = correlated()
    matrix = fit([Whiten(kind="pca_whitening")], [x])[0].values["matrix"]
    largest = np.abs(matrix).argmax(axis=0)
    assert np.all(matrix[largest, np.arange(3)] > 0)


def test_more_components_than_features_are_refused() -> None:
    with pytest.raises(DataError, match="pca_whitening of 4 components; the samples have 3 features"):
        fit([Whiten(kind="pca_whitening", components=4)], [correlated()])


def test_samples_too_large_for_a_covariance_matrix_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whitening, "MAX_FEATURES", 2)
    with pytest.raises(DataError, match="zca_whitening of samples of 3 values; at most 2 are whitened"):
        fit([Whiten(kind="zca_whitening")], [correlated()])
