"""The datasets that scikit-learn ships in its wheel."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ablation.catalogue import Dataset
from ablation.data.arrays import write_arrays
from ablation.data.holdout import hold_out


def decode_sklearn_digits(dataset: Dataset, files: list[Path], directory: Path) -> None:
    """Write the digits, uint8 of shape (n, 8, 8), in scikit-learn's order."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    images, labels = digits.images.astype(np.uint8), digits.target.astype(np.uint8)
    write_arrays(directory, hold_out(images, labels, dataset))


def decode_sklearn_diabetes(dataset: Dataset, files: list[Path], directory: Path) -> None:
    """Write the patients, float32 of shape (n, 10) in their own units, in scikit-learn's order."""
    from sklearn.datasets import load_diabetes

    diabetes = load_diabetes(scaled=False)
    features, targets = diabetes.data.astype(np.float32), diabetes.target.astype(np.float32)
    write_arrays(directory, hold_out(features, targets, dataset))
