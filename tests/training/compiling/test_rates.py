"""Weights of a backbone learn at their share of the rate in a whole training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from ablation.spec import Trial
from ablation.training.fitting import fit
from ablation.training.folder import Folder
from ablation.training.stages import rate_shares

from ..small import DENSE, head, prepared, trial

BACKBONE = {"kind": "backbone", "name": "body", "network": "mobilenet_v2", "weights": "none", "trainable": True}


def run(directory: Path, of: Trial) -> tuple[Any, Any]:
    """Fit two dense layers of which the first stands for the backbone; return how far each kernel went."""
    inputs = keras.Input((4,))
    body = keras.layers.Dense(4, name="body", kernel_initializer="identity", use_bias=False)
    start = keras.initializers.GlorotUniform(seed=0)
    top = keras.layers.Dense(3, name="output", kernel_initializer=start, use_bias=False)
    model = keras.Model(inputs, top(body(inputs)))
    before = [np.asarray(weight.numpy()) for weight in model.weights]
    fit(model, of, prepared(), head(of), Folder(directory))
    moved = [np.abs(weight.numpy() - old) for weight, old in zip(model.weights, before, strict=True)]
    return moved[0], moved[1]


@pytest.mark.parametrize("schedule", [{"kind": "constant"}, {"kind": "linear", "final_factor": 0.5}])
def test_first_step_of_adam_is_the_rate_and_in_a_backbone_its_share(tmp_path: Path, schedule: dict[str, Any]) -> None:
    # Adam's first step moves every weight by the learning rate, whatever the size of its gradient.
    adam = {"kind": "adam", "learning_rate": 0.01, "epsilon": 1e-12}
    layers = [{**BACKBONE, "learning_rate_factor": 0.1}, DENSE]
    of = trial(layers, optimizer=adam, schedule=schedule, epochs=1, batch_size="all")
    body, top = run(tmp_path, of)
    assert body == pytest.approx(np.full((4, 4), 0.001), rel=1e-3)
    assert top == pytest.approx(np.full((4, 3), 0.01), rel=1e-3)


def test_backbone_without_a_share_learns_as_all_layers_do() -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, name="body")])
    assert list(rate_shares(model, trial([BACKBONE, DENSE]).spec.model)) == []
