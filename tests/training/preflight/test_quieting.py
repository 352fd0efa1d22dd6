from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from ablation.spec.losses import Loss
from ablation.spec.optimizers import Optimizer
from ablation.training.preflight.quieting import quiet_loss, quiet_model, quiet_optimizer
from tests.training.preflight.looked_at import HIDDEN, OUTPUT
from tests.training.small import model_spec

L2 = {"kind": "l2", "factor": 0.1}
BLOCK = {"kind": "residual", "name": "block"}
LSTM = {"kind": "lstm", "units": 2}
NOISY: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    **{
        kind: ({"kind": kind, "name": "noise", "rate": 0.5}, {"kind": kind, "name": "noise", "rate": 0.0})
        for kind in ("dropout", "spatial_dropout1d", "spatial_dropout2d", "alpha_dropout", "gaussian_dropout")
    },
    "gaussian_noise": (
        {"kind": "gaussian_noise", "name": "noise", "stddev": 0.5},
        {"kind": "gaussian_noise", "name": "noise", "stddev": 0.0},
    ),
    "penalties": (
        {**HIDDEN, "kernel_regularizer": L2, "bias_regularizer": L2, "activity_regularizer": L2},
        HIDDEN,
    ),
    "recurrent": (
        {**LSTM, "name": "steps", "dropout": 0.5, "recurrent_dropout": 0.5, "recurrent_regularizer": L2},
        {**LSTM, "name": "steps"},
    ),
    "both_directions": (
        {"kind": "bidirectional", "name": "both", "layer": {**LSTM, "dropout": 0.5, "kernel_regularizer": L2}},
        {"kind": "bidirectional", "name": "both", "layer": LSTM},
    ),
    "block": (
        {
            "kind": "residual",
            "name": "block",
            "projection_regularizer": L2,
            "layers": [{**HIDDEN, "bias_regularizer": L2}],
        },
        {**BLOCK, "layers": [HIDDEN]},
    ),
}


@pytest.mark.parametrize(("noisy", "quiet"), NOISY.values(), ids=NOISY)
def test_quiet_model_has_no_noise_and_no_penalties(noisy: dict[str, Any], quiet: dict[str, Any]) -> None:
    assert quiet_model(model_spec(noisy, OUTPUT)) == model_spec(quiet, OUTPUT)


def test_quiet_model_keeps_constraints() -> None:
    spec = model_spec({**HIDDEN, "kernel_constraint": {"kind": "max_norm"}}, OUTPUT)
    assert quiet_model(spec) == spec


def test_quiet_loss_does_not_smooth_labels() -> None:
    loss: Loss = TypeAdapter(Loss).validate_python(
        {"kind": "binary_focal_crossentropy", "gamma": 3.0, "label_smoothing": 0.1}
    )
    assert quiet_loss(loss).model_dump(include={"gamma", "label_smoothing"}) == {"gamma": 3.0, "label_smoothing": 0.0}


@pytest.mark.parametrize(("kind", "decay", "quiet"), [("adamw", 0.1, 0.0), ("sgd", 0.1, 0.0), ("sgd", None, None)])
def test_quiet_optimizer_does_not_decay_weights(kind: str, decay: float | None, quiet: float | None) -> None:
    optimizer: Optimizer = TypeAdapter(Optimizer).validate_python(
        {"kind": kind, "weight_decay": decay, "use_ema": True}
    )
    assert (quiet_optimizer(optimizer).weight_decay, quiet_optimizer(optimizer).use_ema) == (quiet, False)
