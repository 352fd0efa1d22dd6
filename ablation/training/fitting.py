"""The fit loop of one trial: its stages, one after the other, and what the trained model says."""

from __future__ import annotations

from dataclasses import dataclass, replace

import keras

from ablation.data import Array, Prepared
from ablation.evaluation import LOSS, Head, Predictions, measure
from ablation.processes import Termination, deferred_termination
from ablation.spec import Trial
from ablation.spec.schedules import ReduceOnPlateau
from ablation.training.compiling.compiling import compile_model
from ablation.training.compiling.optimizers import StageOptimizer, build_optimizer
from ablation.training.compiling.schedules import Span, build_rate
from ablation.training.feeding.batches import training_batches
from ablation.training.feeding.views import View, Views
from ablation.training.folder import Folder
from ablation.training.outputs import Forward
from ablation.training.resuming import Resuming
from ablation.training.stages import Freezing, Stage, rate_shares, stages_of
from ablation.training.stepping.divergence import NotFinite, write_divergence
from ablation.training.stepping.stage import fit_stage
from ablation.training.watching.averaging import Averaging
from ablation.training.watching.history import EpochLog, Measured, Row
from ablation.training.watching.measures import Measures
from ablation.training.watching.plateau import Plateau
from ablation.training.watching.stopping import Stopping


@dataclass(frozen=True)
class Fitted:
    """How a training went.

    Args:
        log: Of all epochs.
        best_epoch: The epoch, counted from 1, whose weights the model has; None: the last.
        resuming: Says whether and where the training was gone on with.
        view: Of the last stage: the model, or the part that was trained, and what it takes.
        forward: That model in inference.
        refused: What ended the training early, and is not finite; the model is as it was before.
    """

    log: EpochLog
    best_epoch: int | None
    resuming: Resuming
    view: View
    forward: Forward
    refused: NotFinite | None = None


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
        self._forwards: dict[keras.Model, Forward] = {}
        self._measures = Measures(spec, model, head)
        self._log = EpochLog(folder.results, spec.total_epochs, self._measure)
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
            refused = self._train(number, stage, view, resuming)
            if refused or self._log.is_diverged:
                break
            if self._stopping:
                self._stopping.restore(self._model)
        best_epoch = None if refused else _finish(self._model, self._stopping)
        return Fitted(self._log, best_epoch, resuming, view, self._forward(view.model), refused)

    def _train(self, number: int, stage: Stage, view: View, resuming: Resuming) -> NotFinite | None:
        spec = self._trial.spec.training
        batches = training_batches(self._trial, view.prepared.train, self._head)
        optimizer = _stage_optimizer(self._model, self._trial, stage, len(batches))
        for each in dict.fromkeys((self._model, view.model)):  # the whole model is saved with the optimiser
            compile_model(each, optimizer, self._head, spec.metrics)
        if resuming.is_past(number):
            return None
        averaging = [Averaging()] if spec.optimizer.use_ema else []
        watchers = _watchers(stage, self._log, self._stopping)
        place = resuming.begin(number, optimizer, [*averaging, *watchers])
        try:
            fit_stage(view.model, stage, place, batches, [*averaging, self._log, *watchers, resuming])
        except NotFinite as refused:
            write_divergence(refused, self._model, batches, self._folder.results)
            return refused
        return None

    def _forward(self, model: keras.Model) -> Forward:
        return self._forwards.setdefault(model, Forward(model))

    def _measure(self, model: keras.Model) -> Measured:
        validation = self._validate(model)
        found = self._measures(model, self._forward(model), self._views.read_by(model))
        return Measured(validation | found.columns, found.layers)

    def _validate(self, model: keras.Model) -> Row:
        """Measure a model on the validation split, as evaluation does; the objective has the penalties, too."""
        split = self._views.read_by(model).validation
        outputs, penalty = self._forward(model)(split)
        metrics = measure((LOSS, *self._trial.spec.training.metrics), Predictions(self._head, outputs, split.y))
        loss = metrics.pop(LOSS)
        row = {"val_loss": loss, "val_objective": loss + penalty}
        return row | {f"val_{name}": value for name, value in metrics.items()}


def predict(model: keras.Model, prepared: Prepared) -> dict[str, Array]:
    """Return the model's outputs for every split, float32 of shape (n, outputs), dropout off."""
    return Forward(model).predict(prepared)


def _stage_optimizer(model: keras.Model, trial: Trial, stage: Stage, steps_per_epoch: int) -> StageOptimizer:
    span = Span(stage.first_epoch * steps_per_epoch, steps_per_epoch, stage.epochs)
    rate = build_rate(stage.learning_rate, stage.schedule, span)
    optimizer = build_optimizer(trial.spec.training.optimizer, rate, trial.spec.training.precision)
    for weights, share in rate_shares(model, trial.spec.model):
        optimizer.slow_down(weights, share)
    optimizer.build(model.trainable_variables)
    if stage.first_epoch:
        optimizer.go_on_from(model.optimizer)
    return optimizer


def _watchers(stage: Stage, log: EpochLog, stopping: Stopping | None) -> list[keras.callbacks.Callback]:
    watchers: list[keras.callbacks.Callback] = []
    if isinstance(stage.schedule, ReduceOnPlateau):
        watchers.append(Plateau(stage.schedule, log, stage.path))
    return [*watchers, stopping] if stopping else watchers


def _finish(model: keras.Model, stopping: Stopping | None) -> int | None:
    """Give the model its final weights: of the best epoch, or the moving average where there is one."""
    if stopping and stopping.restore(model):
        return stopping.best_epoch
    model.optimizer.finalize_variable_values(model.trainable_weights)
    return None
