"""A model with its optimiser, loss and watched metrics."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras

from ablation.evaluation import Head
from ablation.training.compiling.losses import build_loss
from ablation.training.compiling.metrics import streamed_metrics

DATA_LOSS = "data_loss"


def compile_model(
    model: keras.Model, optimizer: keras.optimizers.Optimizer, head: Head, metrics: tuple[str, ...]
) -> None:
    """Give a model its optimiser, its loss and its metrics.

    Keras reports as `loss` the data's loss, weighted by class where there are class weights, plus every penalty. The
    data's loss alone, never weighted, is watched as `data_loss`.
    """
    loss = build_loss(head)
    data_loss = keras.metrics.MeanMetricWrapper(partial(_measured, loss), name=DATA_LOSS)
    model.compile(optimizer=optimizer, loss=loss, metrics=[data_loss, *streamed_metrics(metrics, head)])


def _measured(loss: keras.losses.Loss, targets: Any, outputs: Any) -> Any:
    """Return the loss of each sample, of the outputs as they are.

    On TensorFlow a loss of probabilities goes back to the logits they were made of, and so never clips them;
    evaluation, which has the outputs alone, does. Adding 0 hides where they came from, and both agree.
    """
    return loss.call(targets, outputs + 0)
