"""The fit loop over one stage, from its beginning or from the place where it was left."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np

from ablation.training.devices import is_parallel
from ablation.training.feeding.batches import Batches
from ablation.training.feeding.feeding import EpochBatches, feed, told_the_epoch
from ablation.training.resuming import Place
from ablation.training.stages import Stage

Callbacks = Sequence[keras.callbacks.Callback]


def fit_stage(model: keras.Model, stage: Stage, place: Place, batches: Batches, callbacks: Callbacks) -> None:
    """Train what is left of a stage.

    Args:
        model: Compiled.
        stage: Which.
        place: Where it goes on.
        batches: To train on.
        callbacks: In the order in which they are called. They measure the model at the end of an epoch.

    Raises:
        NotFinite: A step would have spoilt the model.
    """
    _build_metrics(model, batches)
    end = place.epoch if place.is_over else stage.first_epoch + stage.epochs
    if place.step:
        _fit(model, Place(place.epoch, place.step), place.epoch + 1, batches, callbacks)
        if model.stop_training:
            return
        place = Place(place.epoch + 1)
    # Without an epoch left only the callbacks' beginning and end are called, which put averaged weights back.
    _fit(model, place, end, batches, callbacks)


def _build_metrics(model: keras.Model, batches: Batches) -> None:
    """Make the variables of metrics, which Keras makes in the first step: those of a half epoch are put into them."""
    targets = batches.batch(0, 0)[1]
    outputs = np.zeros((len(targets), *model.output_shape[1:]), dtype=np.float32)
    for metric in model.metrics:
        if not getattr(metric, "built", True):  # those that Keras wraps together; others have their variables
            metric.build(targets, outputs)


def _fit(model: keras.Model, place: Place, end: int, batches: Batches, callbacks: Callbacks) -> None:
    train = feed(batches, first_epoch=place.epoch, first_step=place.step)
    if keras.backend.backend() == "tensorflow" and not is_parallel():
        from ablation.training.stepping.graph import fit_in_graph

        return fit_in_graph(model, train, range(place.epoch, end), callbacks)
    model.fit(
        train.data,
        steps_per_epoch=None if isinstance(train.data, EpochBatches) else train.steps,
        initial_epoch=place.epoch,
        epochs=end,
        callbacks=[*told_the_epoch(train.data), *callbacks],
        shuffle=False,
        verbose=0,
    )
    return None
