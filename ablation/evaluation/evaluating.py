"""From a trained model's outputs to its metrics on every split."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from ablation.data import Array, Prepared
from ablation.evaluation.heads import Head
from ablation.evaluation.losses import sample_losses
from ablation.evaluation.metrics import MEASURES
from ablation.evaluation.predictions import Predictions
from ablation.spec import CLASS_METRICS

LOSS = "loss"


def evaluate(
    outputs: Mapping[str, Array], prepared: Prepared, head: Head, metrics: tuple[str, ...]
) -> dict[str, float]:
    """Return `<split>_loss` and `<split>_<metric>` for the splits train, val and test.

    A value that is not defined for a split, or not finite, is left out: the AUC where a class has no sample, R2 where
    a target never varies, the calibration error of outputs that are no probabilities.

    Args:
        outputs: Model outputs by split, float32 of shape (n, outputs).
        prepared: The labels.
        head: What the outputs mean.
        metrics: Which metrics are wanted beside the loss; never weighted by class.

    Raises:
        ValueError: A metric of classes is wanted of a regression.
    """
    labels = {"train": prepared.train.y, "val": prepared.validation.y, "test": prepared.test.y}
    found = {
        f"{split}_{name}": value
        for split, y in labels.items()
        for name, value in measure((LOSS, *metrics), Predictions(head, outputs[split], y)).items()
    }
    return {name: value for name, value in found.items() if math.isfinite(value)}


def measure(names: tuple[str, ...], of: Predictions) -> dict[str, float]:
    """Return metrics of one split by name; NaN where one is not defined.

    Raises:
        ValueError: A metric of classes is wanted of a regression.
    """
    for name in names:
        if of.head.classes is None and name in CLASS_METRICS:
            raise ValueError(
                f"training.metrics: {name} is measured on classes, but the dataset's targets are numbers\n"
                "  Measure mse, rmse, mae or r2."
            )
    return {name: _loss(of) if name == LOSS else MEASURES[name](of) for name in names}


def _loss(of: Predictions) -> float:
    return float(np.mean(sample_losses(of.head.loss, of)))
