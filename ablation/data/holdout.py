"""A test part for datasets that come without one: the same for every study."""

from __future__ import annotations

import numpy as np

from ablation.catalogue import Dataset, Holdout
from ablation.data.arrays import Array
from ablation.data.errors import DataError


def hold_out(x: Array, y: Array, dataset: Dataset) -> dict[str, Array]:
    """Split off the test part that the dataset states; both parts keep the order of the dataset.

    Args:
        x: Samples, shape (n, ...).
        y: Labels or targets, shape (n,).
        dataset: Stratified if it has classes.

    Raises:
        DataError: There is not a label each, or nothing says how to choose the test part.
    """
    if len(x) != len(y):
        raise DataError(f"{dataset.name}: has {len(x):,} samples and {len(y):,} labels; there must be one each.")
    is_test = held_out(y, dataset)
    return {"x_train": x[~is_test], "y_train": y[~is_test], "x_test": x[is_test], "y_test": y[is_test]}


def held_out(y: Array, dataset: Dataset) -> Array:
    """Return which samples are in the test part, bool of shape (n,).

    Raises:
        DataError: Nothing says how to choose them.
    """
    if dataset.holdout is None:
        raise DataError(f"{dataset.name} has no test part of its own; give the dataset a `holdout`.")
    strata = np.zeros(len(y), dtype=np.int8) if dataset.classes is None else y
    return _draw(strata, dataset.holdout)


def _draw(strata: Array, holdout: Holdout) -> Array:
    rng = np.random.default_rng(holdout.seed)
    is_test = np.zeros(len(strata), dtype=bool)
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        is_test[rng.permutation(members)[: round(len(members) * holdout.test_fraction)]] = True
    return is_test
