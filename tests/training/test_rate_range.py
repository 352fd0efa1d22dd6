"""The climb of the learning rate, on a loss that can be worked out by hand and on the small study of this folder."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from ablation.analysis import judge_rates
from ablation.data import Array, Split
from ablation.evaluation import head_of
from ablation.training import RangeResult
from ablation.training.feeding.batches import Batches, training_batches
from ablation.training.rate_range import climb, has_risen, prepare_model

from .small import DENSE, built, head, kernel, prepared, trial

UNIT = {"kind": "dense", "name": "output", "units": 1, "use_bias": False}


def climbed(
    rates: list[float], layers: list[dict[str, Any]] | None = None, **training: Any
) -> tuple[RangeResult, keras.Model]:
    tried = trial(layers, **training)
    model = built(tried)
    prepare_model(model, tried, head(tried))
    return climb(model, training_batches(tried, prepared().train, head(tried)), rates), model


def parabola(rates: list[float]) -> tuple[RangeResult, float]:
    """Climb where all samples are 1 and all targets 0: the loss is w squared, a step makes w * (1 - 2 rate) of w."""
    tried = trial([UNIT], loss={"kind": "mean_squared_error"}, metrics=["mae"], batch_size="all")
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False, name="output")])
    model.layers[0].kernel.assign([[3.0]])
    of_regression = head_of(tried.spec.model, tried.spec.training.loss, None)
    prepare_model(model, tried, of_regression)
    split = Split(np.ones((6, 1), np.float32), np.zeros(6, np.float32))
    return climb(model, Batches(split, of_regression.encoder(), batch_size=6), rates), 3.0


def by_hand(start: float, rates: list[float]) -> Array:
    return start**2 * np.cumprod((1 - 2 * np.array(rates)) ** 2)


def spaced(first: float, last: float, steps: int) -> list[float]:
    return [float(rate) for rate in np.geomspace(first, last, steps)]


def test_loss_at_each_rate_is_that_after_the_step_at_it() -> None:
    result, start = parabola([0.1, 0.25, 0.5001, 0.4])
    assert result.start_loss == pytest.approx(9.0)
    assert result.losses == pytest.approx(by_hand(start, [0.1, 0.25, 0.5001, 0.4]), rel=1e-3)
    assert (result.rates, result.stop) == ((0.1, 0.25, 0.5001, 0.4), None)


def test_climb_of_a_parabola_falls_up_to_the_rate_of_divergence_and_ends_beyond_it() -> None:
    rates = spaced(1e-4, 10, 60)
    result, start = parabola(rates)
    assert result.stop == "risen"
    assert result.losses == pytest.approx(by_hand(start, list(result.rates)), rel=1e-3)
    lowest = result.rates[int(np.argmin(result.losses))]
    assert lowest == max(rate for rate in rates if rate < 1.0)
    assert 1.0 < result.rates[-1] < 3.0


def test_steepest_rate_of_a_parabola_is_where_the_formula_has_it() -> None:
    """With s steps an e-fold the loss is exp(-4 s rate), which falls fastest over log(rate) at rate = 1 / (4 s)."""
    rates = spaced(1e-5, 10, 200)
    result, _ = parabola(rates)
    found = judge_rates(
        (result.start_loss, result.rates, result.losses), planned_rates=(10.0, 200), stop=result.stop, own_rate=0.5
    )
    steps_per_fold = 199 / np.log(10 / 1e-5)
    assert found.steepest == pytest.approx(1 / (4 * steps_per_fold), rel=0.2)


def test_climb_goes_on_into_the_next_epochs() -> None:
    result, _ = climbed(spaced(1e-6, 1e-3, 11))  # epochs of four batches
    assert len(result.losses) == 11
    assert len(set(result.losses)) == 11


def test_climb_without_a_rate_to_speak_of_has_the_losses_of_the_untrained_model() -> None:
    result, _ = climbed([1e-12] * 4)
    again, _ = climbed([1e-12] * 8)
    assert result.losses == again.losses[:4]


def test_loss_that_is_no_longer_finite_ends_the_climb_and_is_not_recorded() -> None:
    result, _ = parabola([0.1, 1e18, 1e18, 1e18])
    assert result.stop == "not_finite"
    assert len(result.rates) == len(result.losses) < 4
    assert np.isfinite(result.losses).all()


def test_loss_that_is_not_finite_before_the_first_step_is_an_error() -> None:
    tried = trial()
    model = built(tried)
    model.get_layer("output").kernel.assign(np.full((4, 3), np.nan))
    prepare_model(model, tried, head(tried))
    with pytest.raises(ValueError, match="no learning rate mends that"):
        climb(model, training_batches(tried, prepared().train, head(tried)), [1e-3])


def test_class_weights_count_in_the_loss() -> None:
    plain, _ = climbed([1e-9] * 3)
    weighted, _ = climbed([1e-9] * 3, class_weights=[2.0, 2.0, 2.0])
    assert weighted.losses == pytest.approx([2 * loss for loss in plain.losses], rel=1e-5)


def test_penalty_counts_in_the_loss() -> None:
    plain, model = climbed([1e-9] * 3)
    penalised, _ = climbed([1e-9] * 3, [DENSE | {"kernel_regularizer": {"kind": "l2", "factor": 0.5}}])
    penalty = 0.5 * float(np.sum(kernel(model) ** 2))
    assert penalised.losses == pytest.approx([loss + penalty for loss in plain.losses], rel=1e-4)


@pytest.mark.parametrize("kind", ["sgd", "adam", "lion"])
def test_climb_trains_with_the_trials_optimizer_at_the_given_rates(kind: str) -> None:
    _, model = climbed([1e-3, 2e-3], optimizer={"kind": kind, "learning_rate": 0.5})
    assert type(model.optimizer).__name__.lower() == kind
    assert model.optimizer.last_learning_rate == pytest.approx(2e-3)
    assert int(model.optimizer.iterations) == 3


def test_frozen_layers_stay_as_they_are() -> None:
    layers = [{"kind": "dense", "name": "hidden", "units": 5, "trainable": False}, DENSE]
    before = kernel(built(trial(layers)), "hidden")
    _, model = climbed([0.1] * 4, layers)
    assert np.array_equal(kernel(model, "hidden"), before)
    assert not np.array_equal(kernel(model), kernel(built(trial(layers))))


@pytest.mark.parametrize(
    ("losses", "is_risen"),
    [
        ([1.0] * 4, False),
        ([1.0] * 10, False),
        ([1.0] * 5 + [16.1], True),
        ([1.0] * 5 + [15.9], False),
        ([4.0] * 5 + [1.0] * 5 + [2.0] * 5, False),
        ([-1.0] * 5 + [-0.5] * 5, False),
        ([-1.0] * 5 + [2.1] * 5, True),
    ],
)
def test_loss_has_risen_when_its_mean_is_four_times_the_smallest_mean(losses: list[float], is_risen: bool) -> None:
    assert has_risen(losses) is is_risen
