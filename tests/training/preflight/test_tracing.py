"""Which changes of a model its first steps show."""

from __future__ import annotations

from typing import Any

import pytest

from ablation.spec import Trial
from tests.conftest import some
from tests.training.preflight.looked_at import HIDDEN, OUTPUT, look_at, small

NORM = {"kind": "batch_normalization", "name": "norm"}
PENALTY = {"kind": "l2", "factor": 0.0}


def dropout(rate: float) -> dict[str, Any]:
    return {"kind": "dropout", "name": "drop", "rate": rate}


PLAIN = small(HIDDEN, NORM, OUTPUT)
IDLE: dict[str, Trial] = {
    "dropout_of_rate_0": small(HIDDEN, NORM, dropout(0.0), OUTPUT),
    "noise_of_width_0": small(HIDDEN, {"kind": "gaussian_noise", "name": "noise", "stddev": 0.0}, NORM, OUTPUT),
    "penalty_of_strength_0": small({**HIDDEN, "kernel_regularizer": PENALTY}, NORM, OUTPUT),
    "activity_penalty_of_strength_0": small({**HIDDEN, "activity_regularizer": PENALTY}, NORM, OUTPUT),
    "linear_activation": small(HIDDEN, {"kind": "activation", "name": "as_is", "activation": "linear"}, NORM, OUTPUT),
}
ACTING: dict[str, Trial] = {
    "dropout": small(HIDDEN, NORM, dropout(0.5), OUTPUT),
    "penalty": small({**HIDDEN, "kernel_regularizer": {"kind": "l2", "factor": 1e-4}}, NORM, OUTPUT),
    "penalty_on_a_bias_that_starts_at_0": small(
        {**HIDDEN, "bias_regularizer": {"kind": "l2", "factor": 1.0}}, NORM, OUTPUT
    ),
    "momentum_of_statistics": small(HIDDEN, {**NORM, "momentum": 0.5}, OUTPUT),
    "held_layer": small({**HIDDEN, "trainable": False}, NORM, OUTPUT),
    "label_smoothing": small(HIDDEN, NORM, OUTPUT, loss={"kind": "categorical_crossentropy", "label_smoothing": 0.01}),
    "class_weights": small(HIDDEN, NORM, OUTPUT, class_weights=[1.0, 1.0, 2.0]),
}


@pytest.fixture(scope="module")
def plain_trace() -> str | None:
    return look_at(PLAIN).trace


@pytest.mark.parametrize("of", some(IDLE, often=2), ids=IDLE)
def test_change_without_effect_leaves_the_trace_as_it_was(of: Trial, plain_trace: str | None) -> None:
    assert plain_trace is not None
    assert look_at(of).trace == plain_trace


@pytest.mark.parametrize("of", some(ACTING, often=4), ids=ACTING)
def test_change_with_an_effect_is_in_the_trace(of: Trial, plain_trace: str | None) -> None:
    assert look_at(of).trace != plain_trace
