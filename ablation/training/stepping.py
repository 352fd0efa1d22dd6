"""Keras' fit loop over one stage, from its beginning or from the place where it was left."""

from __future__ import annotations

from collections.abc import Sequence

import keras

from ablation.training.feeding.batches import Batches
from ablation.training.feeding.feeding import feed
from ablation.training.resuming import Place
from ablation.training.stages import Stage

Callbacks = Sequence[keras.callbacks.Callback]


def fit_stage(
    model: keras.Model, stage: Stage, place: Place, batches: tuple[Batches, Batches], callbacks: Callbacks
) -> None:
    """Train what is left of a stage.

    Args:
        model: Compiled.
        stage: Which.
        place: Where it goes on.
        batches: To train on, and to validate on.
        callbacks: In the order in which they are called.
    """
    end = place.epoch if place.is_over else stage.first_epoch + stage.epochs
    if place.step:
        _build_metrics(model, batches[1])
        _fit(model, Place(place.epoch, place.step), place.epoch + 1, batches, callbacks)
        if model.stop_training:
            return
        place = Place(place.epoch + 1)
    # Without an epoch left Keras only calls the callbacks' beginning and end, which put averaged weights back.
    _fit(model, place, end, batches, callbacks)


def _build_metrics(model: keras.Model, validation: Batches) -> None:
    """Make the variables of metrics, which Keras makes in the first step: those of a half epoch are put into them."""
    model.evaluate(feed(validation).data, steps=1, verbose=0)


def _fit(model: keras.Model, place: Place, end: int, batches: tuple[Batches, Batches], callbacks: Callbacks) -> None:
    train, validation = feed(batches[0], first_epoch=place.epoch, first_step=place.step), feed(batches[1])
    model.fit(
        train.data,
        steps_per_epoch=train.steps,
        validation_data=validation.data,
        validation_steps=validation.steps,
        initial_epoch=place.epoch,
        epochs=end,
        callbacks=list(callbacks),
        shuffle=False,
        verbose=0,
    )
