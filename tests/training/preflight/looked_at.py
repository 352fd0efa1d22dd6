"""Small models and what the pre-flight says of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ablation.data import Prepared, Split
from ablation.model import build_model
from ablation.spec import Trial
from ablation.training.preflight import PreflightResult
from ablation.training.preflight.checking import check_model
from tests.training.small import CLASSES, prepared, trial

HIDDEN = {"kind": "dense", "name": "hidden", "units": 16, "activation": "relu"}
OUTPUT = {"kind": "dense", "name": "output", "units": CLASSES}
ONE_NUMBER = {"kind": "dense", "name": "output", "units": 1}
ZEROS = {"kernel_initializer": {"kind": "zeros"}}
FAR_BELOW_0 = {"bias_initializer": {"kind": "constant", "value": -100.0}}
ADAM = {"kind": "adam", "learning_rate": 0.01}


def regression(count: int = 40, *, features: int = 4, scale: float = 1.0, offset: float = 0.0) -> Prepared:
    """Draw samples whose target is a smooth function of their features."""
    x = np.random.default_rng(0).normal(size=(count, features)).astype(np.float32)
    y = (offset + scale * np.sin(x[:, :1] + x[:, 1:2])).astype(np.float32)
    return Prepared(Split(x, y), Split(x, y), Split(x, y), normalizer=())


def reshaped(data: Prepared, shape: tuple[int, ...], *, scale: float = 1.0) -> Prepared:
    """Give every sample another shape and scale."""
    splits = [
        Split(np.resize(split.x * scale, (len(split), *shape)).astype(np.float32), split.y)
        for split in (data.train, data.validation, data.test)
    ]
    return Prepared(*splits, normalizer=())


def small(*layers: dict[str, Any], optimizer: dict[str, Any] = ADAM, **training: Any) -> Trial:
    return trial(list(layers), **{"optimizer": optimizer, "batch_size": 32, **training})


def look_at(of: Trial, data: Prepared | None = None, classes: int | None = CLASSES) -> PreflightResult:
    data = data or prepared()
    precision = of.spec.training.precision
    model = build_model(of.spec.model, input_shape=data.train.input_shape, seed=of.seed, precision=precision)
    return check_model(model, of, data, classes)


def found(of: Trial, data: Prepared | None = None, classes: int | None = CLASSES) -> set[tuple[str, str | None]]:
    """Return severity and layer of each finding."""
    return {(each.severity, each.layer) for each in look_at(of, data, classes).findings}
