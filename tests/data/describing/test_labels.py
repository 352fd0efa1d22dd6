"""Class counts and quantiles, worked out by hand."""

from __future__ import annotations

import numpy as np

from ablation.data.describing import class_counts, target_quantiles


def test_classes_are_counted_by_split_and_absent_ones_are_zero() -> None:
    labels = {"train": np.array([0, 2, 2], dtype=np.int32), "test": np.array([1], dtype=np.int32)}
    assert [(each.name, each.counts) for each in class_counts(labels, ("cat", "dog", "owl"))] == [
        ("cat", {"train": 1, "test": 0}),
        ("dog", {"train": 0, "test": 1}),
        ("owl", {"train": 2, "test": 0}),
    ]


def test_targets_have_quantiles_each_by_split() -> None:
    labels = {"train": np.array([[1, 0], [2, 0], [3, 0], [4, 0], [9, 1]], dtype=np.float32)}
    first, second = (list(each["train"].model_dump().values()) for each in target_quantiles(labels))
    assert first == [1.0, 2.0, 3.0, 4.0, 9.0]
    assert second == [0.0, 0.0, 0.0, 0.0, 1.0]
