"""Which way a metric is better."""

from __future__ import annotations

import pytest

from ablation.analysis import metric_direction


@pytest.mark.parametrize(
    "name",
    [
        "val_loss",
        "objective",
        "test_error",
        "mae",
        "val_mse",
        "ece",
        "accuracy_gap",
        "top_5_error",
        "mean_absolute_error",
        "brier_score",
    ],
)
def test_metric_direction_of_an_error_is_min(name: str) -> None:
    assert metric_direction(name) == "min"


@pytest.mark.parametrize(
    "name",
    [
        "val_accuracy",
        "test_auc",
        "f1_score",
        "precision",
        "recall",
        "r2_score",
        "sparse_top_k_categorical_accuracy",
        "top_5",
    ],
)
def test_metric_direction_of_a_score_is_max(name: str) -> None:
    assert metric_direction(name) == "max"


@pytest.mark.parametrize("name", ["parameters", "lossy", "", "my metric"])
def test_metric_direction_of_an_unknown_name_asks_for_it(name: str) -> None:
    with pytest.raises(ValueError, match="State the direction"):
        metric_direction(name)
