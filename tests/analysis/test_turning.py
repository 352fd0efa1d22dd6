"""Where a curve turns, by curves made by hand and by curves with noise."""

from __future__ import annotations

import numpy as np
import pytest

from ablation.analysis.overfitting.turning import turning_place

# A fall, a long level stretch with a little noise whose lowest value comes early, and a rise from place 9 on.
LEVEL_THEN_UP = [1.0, 0.6, 0.5, 0.499, 0.502, 0.5, 0.501, 0.503, 0.5, 0.5, 0.55, 0.6, 0.66, 0.7]


# Validation loss of 20 epochs on film reviews; with the spike as noise, nothing rises above it.
SPIKE_ON_THE_WAY_UP = [
    *(0.329, 0.303, 0.301, 0.366, 0.436, 0.363, 0.475, 0.452, 0.446, 1.22),
    *(0.567, 0.635, 0.696, 0.737, 0.762, 0.783, 0.799, 0.814, 0.826, 0.837),
]


@pytest.mark.parametrize(
    ("values", "place"),
    [
        pytest.param([1.0, 0.5, 0.3, 0.25, 0.3, 0.4, 0.5, 0.6], 3, id="smooth"),
        pytest.param([1.0, 0.9, 0.8, 0.7, 0.6, 0.5], None, id="still_falling"),
        pytest.param([0.3, 0.4, 0.5, 0.6], 0, id="rises_from_the_start"),
        pytest.param([0.5, 0.3, 0.4, 0.5], None, id="two_epochs_after_the_lowest"),
        pytest.param([0.5, 0.4, 0.3, 0.3, 0.3, 0.9], None, id="one_spike_at_the_end"),
        pytest.param([0.5, 0.4, 0.9, 0.35, 0.34, 0.33, 0.32], None, id="spike_on_the_way_down"),
        pytest.param([0.5, 0.3, 0.4, 0.6, 0.5, 0.4, 0.31], None, id="comes_back"),
        pytest.param([0.5, 0.3, 0.3005, 0.301, 0.3015, 0.302], None, id="less_than_one_percent"),
        pytest.param([0.3] * 8, None, id="level"),
        pytest.param([0.0, 0.0, 0.0, 0.1, 0.2, 0.3], 2, id="lowest_value_of_zero"),
        pytest.param(LEVEL_THEN_UP, 9, id="level_then_up"),
        pytest.param(SPIKE_ON_THE_WAY_UP, 8, id="spike_on_the_way_up"),
        pytest.param([0.7], None, id="one_epoch"),
        pytest.param([], None, id="no_epoch"),
    ],
)
def test_turning_place_of_a_curve_by_hand(values: list[float], place: int | None) -> None:
    assert turning_place(values) == place


def test_turning_place_of_noisy_curves_is_near_the_true_turn() -> None:
    epochs = np.arange(1, 31)
    true = 0.3 + 0.5 * np.exp(-epochs / 3) + np.maximum(epochs - 10, 0) * 0.02
    rng = np.random.default_rng(0)
    found = [turning_place(list(true + rng.normal(0, 0.01, len(true)))) for _ in range(40)]
    assert all(place is not None and 6 <= place <= 13 for place in found)


@pytest.mark.parametrize("length", [8, 20, 50])
def test_turning_place_of_noise_around_a_level_is_seldom_found(length: int) -> None:
    rng = np.random.default_rng(1)
    curves = [np.concatenate([[0.7, 0.4], rng.normal(0.3, 0.02, length)]) for _ in range(60)]
    assert sum(turning_place(list(curve)) is not None for curve in curves) <= 6
