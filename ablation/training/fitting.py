"""The fit loop of one trial: its stages, one after the other, and what the trained model says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import keras
import numpy as np

from ablation.data import Array, Prepared, Split
from ablation.evaluation import Head, Predictions, measure
from ablation.processes import Termination, deferred_termination
from ablation.spec import TrainingSpec, Trial
from ablation.spec.schedules import ReduceOnPlateau
from ablation.training.compiling.compiling import compile_model
from ablation.training.compiling.metrics import whole_metrics
from ablation.training.compiling.optimizers import TrialOptimizer, build_optimizer
from ablation.training.compiling.schedules import Span, build_rate
from ablation.training.feeding.batches import Batches, training_batches
from ablation.training.feeding.inputs import as_input
from ablation.training.feeding.views import View, Views
from ablation.training.folder import Folder
from ablation.training.resuming import Resuming
from ablation.training.stages import Freezing, Stage, rate_shares, stages_of
from ablation.training.stepping import fit_stage
from ablation.training.watching.averaging import Averaging
from ablation.training.watching.history import EpochLog, Row
from ablation.training.watching.plateau import Plateau
from ablation.training.watching.stopping import Stopping

EVALUATION_BATCH = 512


@dataclass(frozen=True)
class Fitted:
    """How a training went.

    Args:
        log: Of all epochs.
        best_epoch: The epoch, counted from 1, whose weights the model has; None: the last.
        resumed_from: The epochs that were over when the training was gone on with; None: it was not interrupted.
        earlier_s: Seconds of training before that.
        view: Of the last stage: the model, or the part that was trained, and what it takes.
    """

    log: EpochLog
    best_epoch: int | None
    resumed_from: int | None
    earlier_s: float
    view: View


def fit(model: keras.Model, trial: Trial, prepared: Prepared, head: Head, folder: Folder) -> Fitted:
    """Train a model, from the beginning or from its checkpoint.

    Args:
        model: With fresh weights; compiled here.
        trial: Gives the training section and the seed of the data order.
        prepared: Splits to train on and to watch; features among them spare the frozen layers they come from.
        head: What the model's outputs mean.
        folder: Where history, progress and checkpoint are written.

    Raises:
        ValueError: The training section does not fit the model or the dataset; the message says what does not.
        Terminated: The process was told to end; its checkpoint is written.
    """
    with deferred_termination() as termination:
        return _Training(model, trial, prepared, head, folder).run(termination)


class _Training:
    """One training: what all its stages share."""

    def __init__(self, model: keras.Model, trial: Trial, prepared: Prepared, head: Head, folder: Folder) -> None:
        spec = trial.spec.training
        self._model, self._trial, self._head, self._folder = model, trial, head, folder
        self._views = Views(model, trial.spec, prepared)
        self._log = _epoch_log(spec, self._views, head, folder.results)
        self._stopping = Stopping(spec.early_stopping, self._log, model) if spec.early_stopping else None

    def run(self, termination: Termination) -> Fitted:
        """Train stage by stage, from the beginning or from the checkpoint."""
        spec = self._trial.spec
        stages, freezing = stages_of(spec.training), Freezing(self._model, spec.model)
        freezing.check(stages)
        resuming = Resuming(self._folder, self._model, self._log, termination)
        for number, planned in enumerate(stages):
            stage = replace(planned, first_epoch=resuming.first_epoch(number))  # one before may have ended early
            freezing.apply(stage)
            view = self._views.choose()
            self._train(number, stage, view, resuming)
            if self._log.is_diverged:
                break
            if self._stopping:
                self._stopping.restore(self._model)
        return Fitted(self._log, _finish(self._model, self._stopping), resuming.resumed_from, resuming.earlier_s, view)

    def _train(self, number: int, stage: Stage, view: View, resuming: Resuming) -> None:
        spec = self._trial.spec.training
        batches = training_batches(self._trial, view.prepared.train, self._head)
        validation = Batches(view.prepared.validation, self._head.encoder(), batch_size=EVALUATION_BATCH)
        optimizer = _stage_optimizer(self._model, self._trial, stage, len(batches))
        for each in dict.fromkeys((self._model, view.model)):  # the whole model is saved with the optimiser
            compile_model(each, optimizer, self._head, spec.metrics)
        if resuming.is_past(number):
            return
        watchers = _watchers(spec, stage, self._log, self._stopping)
        place = resuming.begin(number, optimizer, watchers)
        fit_stage(view.model, stage, place, (batches, validation), [self._log, *watchers, resuming])


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


def _finish(model: keras.Model, stopping: Stopping | None) -> int | None:
    """Give the model its final weights: of the best epoch, or the moving average where there is one."""
    if stopping and stopping.restore(model):
        return stopping.best_epoch
    model.optimizer.finalize_variable_values(model.trainable_weights)
    return None


def _outputs(model: keras.Model, split: Split) -> Array:
    steps = range(0, len(split), EVALUATION_BATCH)
    samples = (split.read_inputs(slice(start, start + EVALUATION_BATCH)) for start in steps)
    outputs = [np.asarray(model.predict_on_batch(as_input(batch))) for batch in samples]
    return np.concatenate(outputs).astype(np.float32, copy=False)
