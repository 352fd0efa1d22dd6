"""The fit loop of one trial: its stages, one after the other, and what the trained model says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import keras
import numpy as np

from ablation.data import Array, Prepared, Split
from ablation.evaluation import Head, Predictions, measure
from ablation.spec import TrainingSpec, Trial
from ablation.spec.schedules import ReduceOnPlateau
from ablation.training.batches import Batches, training_batches
from ablation.training.compiling import compile_model
from ablation.training.feeding import feed
from ablation.training.history import EpochLog, Row
from ablation.training.metrics import whole_metrics
from ablation.training.optimizers import TrialOptimizer, build_optimizer
from ablation.training.schedules import Span, build_rate
from ablation.training.stages import Freezing, Stage, rate_shares, stages_of
from ablation.training.views import View, Views
from ablation.training.watching import Averaging, Plateau, Stopping

EVALUATION_BATCH = 512


@dataclass(frozen=True)
class Fitted:
    """How a training went.

    Args:
        log: Of all epochs.
        best_epoch: The epoch, counted from 1, whose weights the model has; None: the last.
        view: Of the last stage: the model, or the part that was trained, and what it takes.
    """

    log: EpochLog
    best_epoch: int | None
    view: View


def fit(model: keras.Model, trial: Trial, prepared: Prepared, head: Head, directory: Path) -> Fitted:
    """Train a model.

    Args:
        model: With fresh weights; compiled here.
        trial: Gives the training section and the seed of the data order.
        prepared: Splits to train on and to watch; features among them spare the frozen layers they come from.
        head: What the model's outputs mean.
        directory: Where history and progress are written.

    Raises:
        ValueError: The training section does not fit the model or the dataset; the message says what does not.
    """
    training = trial.spec.training
    views = Views(model, trial.spec, prepared)
    log = _epoch_log(training, views, head, directory)
    stopping = Stopping(training.early_stopping, log, model) if training.early_stopping else None
    stages, freezing = stages_of(training), Freezing(model, trial.spec.model)
    freezing.check(stages)
    for planned in stages:
        stage = replace(planned, first_epoch=len(log.history))  # the one before may have been ended early
        freezing.apply(stage)
        view = views.choose()
        batches = training_batches(trial, view.prepared.train, head)
        validation = Batches(view.prepared.validation, head.encoder(), batch_size=EVALUATION_BATCH)
        optimizer = _stage_optimizer(model, trial, stage, len(batches))
        for each in dict.fromkeys((model, view.model)):  # the whole model is saved with the optimiser
            compile_model(each, optimizer, head, training.metrics)
        watchers = _watchers(training, stage, log, stopping)
        _fit_stage(view.model, stage, (batches, validation), [log, *watchers])
        if log.is_diverged:
            break
        if stopping:
            stopping.restore(model)
    return Fitted(log, _finish(model, stopping), view)


def predict(model: keras.Model, prepared: Prepared) -> dict[str, Array]:
    """Return the model's outputs for every split, float32 of shape (n, outputs), dropout off."""
    splits = {"train": prepared.train, "val": prepared.validation, "test": prepared.test}
    return {name: _outputs(model, split) for name, split in splits.items()}


def _epoch_log(training: TrainingSpec, views: Views, head: Head, directory: Path) -> EpochLog:
    names = whole_metrics(training.metrics, head)
    return EpochLog(directory, training.total_epochs, partial(_measure_whole, names, views, head))


def _measure_whole(names: tuple[str, ...], views: Views, head: Head, model: keras.Model) -> Row:
    if not names:
        return {}
    split = views.read_by(model).validation
    found = measure(names, Predictions(head, _outputs(model, split), split.y))
    return {f"val_{name}": value for name, value in found.items()}


def _stage_optimizer(model: keras.Model, trial: Trial, stage: Stage, steps_per_epoch: int) -> TrialOptimizer:
    span = Span(stage.first_epoch * steps_per_epoch, steps_per_epoch, stage.epochs)
    rate = build_rate(stage.learning_rate, stage.schedule, span)
    optimizer = build_optimizer(trial.spec.training.optimizer, rate)
    for weights, share in rate_shares(model, trial.spec.model):
        optimizer.slow_down(weights, share)
    optimizer.build(model.trainable_variables)
    if stage.first_epoch:
        optimizer.go_on_from(model.optimizer)
    return optimizer


def _watchers(
    training: TrainingSpec, stage: Stage, log: EpochLog, stopping: Stopping | None
) -> list[keras.callbacks.Callback]:
    watchers: list[keras.callbacks.Callback] = [Averaging()] if training.optimizer.use_ema else []
    if isinstance(stage.schedule, ReduceOnPlateau):
        watchers.append(Plateau(stage.schedule, log, stage.path))
    return [*watchers, stopping] if stopping else watchers


def _fit_stage(
    model: keras.Model, stage: Stage, batches: tuple[Batches, Batches], callbacks: list[keras.callbacks.Callback]
) -> None:
    train, validation = feed(batches[0], first_epoch=stage.first_epoch), feed(batches[1])
    model.fit(
        train.data,
        steps_per_epoch=train.steps,
        validation_data=validation.data,
        validation_steps=validation.steps,
        initial_epoch=stage.first_epoch,
        epochs=stage.first_epoch + stage.epochs,
        callbacks=callbacks,
        shuffle=False,
        verbose=0,
    )


def _finish(model: keras.Model, stopping: Stopping | None) -> int | None:
    """Give the model its final weights: of the best epoch, or the moving average where there is one."""
    if stopping and stopping.restore(model):
        return stopping.best_epoch
    model.optimizer.finalize_variable_values(model.trainable_weights)
    return None


def _outputs(model: keras.Model, split: Split) -> Array:
    steps = range(0, len(split), EVALUATION_BATCH)
    samples = (split.read(slice(start, start + EVALUATION_BATCH)) for start in steps)
    outputs = [np.asarray(model.predict_on_batch(batch)) for batch in samples]
    return np.concatenate(outputs).astype(np.float32, copy=False)
