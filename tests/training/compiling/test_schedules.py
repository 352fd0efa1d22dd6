from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from pydantic import TypeAdapter

from ablation.spec.schedules import Schedule
from ablation.training.compiling.schedules import ScheduledRate, Span, build_rate

STEPS = 24  # 4 epochs of 6
FORMULAS: dict[str, tuple[dict[str, Any], Callable[[int, int], float]]] = {
    "constant": ({"kind": "constant"}, lambda step, left: 1.0),
    "exponential": ({"kind": "exponential", "decay_rate": 0.9}, lambda step, left: 0.9**step),
    "exponential_slow": (
        {"kind": "exponential", "decay_rate": 0.5, "decay_steps": 5},
        lambda step, left: 0.5 ** (step / 5),
    ),
    "staircase": (
        {"kind": "exponential", "decay_rate": 0.5, "decay_steps": 5, "staircase": True},
        lambda step, left: 0.5 ** (step // 5),
    ),
    "piecewise": (
        {"kind": "piecewise", "boundaries": [3, 10], "factors": [1.0, 0.1, 0.01]},
        lambda step, left: 1.0 if step <= 3 else 0.1 if step <= 10 else 0.01,
    ),
    "cosine": (
        {"kind": "cosine", "final_factor": 0.1},
        lambda step, left: 0.1 + 0.9 * (1 + np.cos(np.pi * step / left)) / 2,
    ),
    "cosine_short": (
        {"kind": "cosine", "decay_steps": 8},
        lambda step, left: (1 + np.cos(np.pi * min(step, 8) / 8)) / 2,
    ),
    "linear": ({"kind": "linear"}, lambda step, left: 1 - step / left),
    "linear_short": (
        {"kind": "linear", "decay_steps": 8, "final_factor": 0.5},
        lambda step, left: 1 - 0.5 * min(step, 8) / 8,
    ),
    "final_decay": (
        {"kind": "final_decay", "epochs": 2, "final_factor": 0.25},
        lambda step, left: 1 - 0.75 * max(0, step - (left - 12)) / 12,
    ),
    "final_decay_of_more_epochs_than_there_are": (
        {"kind": "final_decay", "epochs": 9, "final_factor": 0.25},
        lambda step, left: 1 - 0.75 * step / left,
    ),
}


def rate(first_step: int = 0, **schedule: Any) -> float | ScheduledRate:
    return build_rate(0.5, TypeAdapter[Schedule](Schedule).validate_python(schedule), Span(first_step, 6, 4))


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("warmup_steps", [0, 4])
@pytest.mark.parametrize("first_step", [0, 100])
def test_rate_of_every_step_is_that_of_the_formula(name: str, warmup_steps: int, first_step: int) -> None:
    settings, formula = FORMULAS[name]
    built = rate(first_step, **settings, warmup_steps=warmup_steps)
    expected = [
        0.5 * (step / warmup_steps if step < warmup_steps else formula(step - warmup_steps, STEPS - warmup_steps))
        for step in range(STEPS)
    ]
    if isinstance(built, float):
        assert expected == [built] * STEPS
        return
    found = [float(built(keras.ops.convert_to_tensor(first_step + step, "int64"))) for step in range(STEPS)]
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_constant_rate_and_reduction_on_a_plateau_are_numbers() -> None:
    assert rate(kind="constant") == rate(kind="reduce_on_plateau") == 0.5
