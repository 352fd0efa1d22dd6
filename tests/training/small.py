"""Data, models and trials that are small enough to be worked out by hand."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from ablation.data import Array, Prepared, Split
from ablation.evaluation import Head, head_of
from ablation.model import build_model
from ablation.spec import ModelSpec, Trial, TrialSpec

CLASSES = 3
DENSE = {"kind": "dense", "name": "output", "units": CLASSES}


def split(count: int, seed: int, features: int = 4) -> Split:
    """Draw samples whose class is the largest of their first three features."""
    x = np.random.default_rng(seed).normal(size=(count, features)).astype(np.float32)
    return Split(x, np.argmax(x[:, :CLASSES], axis=1).astype(np.int32))


def prepared() -> Prepared:
    return Prepared(train=split(30, 0), validation=split(20, 1), test=split(10, 2), normalizer=())


def trial(layers: list[dict[str, Any]] | None = None, *, seed: int = 0, **training: Any) -> Trial:
    spec = {
        "data": {"dataset": "digits"},
        "model": {"layers": layers or [DENSE]},
        "training": {"optimizer": {"kind": "sgd", "learning_rate": 0.1}, "epochs": 3, "batch_size": 8} | training,
    }
    return Trial(study="small", variant="plain", seed=seed, spec=TrialSpec.model_validate(spec))


def built(of: Trial) -> keras.Model:
    precision = of.spec.training.precision
    return build_model(of.spec.model, input_shape=(4,), seed=of.seed, precision=precision)


def head(of: Trial, classes: int | None = CLASSES) -> Head:
    return head_of(of.spec.model, of.spec.training.loss, classes)


def model_spec(*layers: dict[str, Any]) -> ModelSpec:
    return ModelSpec.model_validate({"layers": list(layers)})


def kernel(model: keras.Model, layer: str = "output") -> Array:
    return np.asarray(model.get_layer(layer).kernel)
