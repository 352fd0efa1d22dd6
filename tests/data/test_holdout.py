from __future__ import annotations

import numpy as np
import pytest

from ablation.catalogue import Dataset, Holdout, catalogue
from ablation.data import DataError
from ablation.data.holdout import hold_out

DIGITS, DIABETES = catalogue()["digits"], catalogue()["diabetes"]


def held(dataset: Dataset, *, test_fraction: float = 0.2, seed: int = 0) -> Dataset:
    return dataset.model_copy(update={"holdout": Holdout(test_fraction=test_fraction, seed=seed)})


def test_holdout_is_stratified_disjoint_complete_and_in_order() -> None:
    x, y = np.arange(50), np.repeat([0, 1, 2], [10, 15, 25])
    parts = hold_out(x, y, held(DIGITS))
    assert np.bincount(parts["y_test"]).tolist() == [2, 3, 5]
    assert sorted([*parts["x_train"], *parts["x_test"]]) == list(range(50))
    assert all(np.all(np.diff(parts[name]) > 0) for name in ("x_train", "x_test"))
    assert np.array_equal(y[parts["x_test"]], parts["y_test"])


def test_holdout_depends_on_its_seed_alone() -> None:
    x, y = np.arange(100), np.arange(100) % 2
    first, again, other = (
        hold_out(x, y, held(DIGITS, test_fraction=0.3, seed=seed))["x_test"].tolist() for seed in (1, 1, 2)
    )
    assert first == again != other


def test_holdout_of_a_regression_is_drawn_from_all_samples() -> None:
    x, y = np.arange(40), np.linspace(0, 1, 40, dtype=np.float32)
    parts = hold_out(x, y, held(DIABETES, test_fraction=0.25))
    assert (len(parts["x_train"]), len(parts["x_test"])) == (30, 10)
    assert np.array_equal(y[parts["x_test"]], parts["y_test"])


def test_dataset_without_a_test_part_and_a_holdout_is_refused() -> None:
    with pytest.raises(DataError, match="digits has no test part of its own; give the dataset a `holdout`"):
        hold_out(np.arange(4), np.arange(4), DIGITS.model_copy(update={"holdout": None}))
