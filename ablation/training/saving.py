"""The trained model as a file that `keras.models.load_model` reads without this project."""

from __future__ import annotations

from pathlib import Path

import keras

from ablation.evaluation import Head
from ablation.spec import TrainingSpec
from ablation.training.compiling.losses import build_loss
from ablation.training.compiling.metrics import streamed_metrics
from ablation.training.compiling.optimizers import StageOptimizer, plain_optimizer


def save_model(model: keras.Model, optimizer: StageOptimizer, spec: TrainingSpec, head: Head, path: Path) -> None:
    """Write a trained model with its loss, its metrics and its optimiser, the one that trained its weights.

    The optimiser is Keras' own with the state of the last epoch and the learning rate of the last step, so that
    training can go on from the file. Schedules, class weights and shares of the learning rate are not part of it.
    """
    plain = plain_optimizer(spec.optimizer, optimizer, model.trainable_variables)
    model.compile(optimizer=plain, loss=build_loss(head), metrics=streamed_metrics(spec.metrics, head))
    model.save(path)
