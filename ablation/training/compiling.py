"""Optimisers, losses and metrics of Keras from their specs."""

from __future__ import annotations

from functools import singledispatch

import keras

from ablation.spec import ModelSpec, TrainingSpec
from ablation.spec.losses import CategoricalCrossentropy, Loss, MeanSquaredError
from ablation.spec.optimizers import Adam, Optimizer, RmsProp, Sgd

DATA_LOSS = "data_loss"


def compile_model(model: keras.Model, spec: TrainingSpec, model_spec: ModelSpec) -> None:
    """Give a model its optimiser, loss and metrics.

    Keras reports as `loss` the data's loss plus every penalty; the data's loss alone is watched as `data_loss`.
    """
    loss = build_loss(spec.loss, takes_logits=model_spec.output_activation != "softmax")
    data_loss = keras.metrics.MeanMetricWrapper(loss.call, name=DATA_LOSS)
    watched = [keras.metrics.CategoricalAccuracy(name="accuracy") for name in spec.metrics if name == "accuracy"]
    model.compile(optimizer=build_optimizer(spec.optimizer), loss=loss, metrics=[data_loss, *watched])


@singledispatch
def build_optimizer(spec: Optimizer) -> keras.optimizers.Optimizer:
    """Return the Keras optimiser a spec describes."""
    raise TypeError(f"no optimiser for {type(spec).__name__}")


@build_optimizer.register
def _(spec: Sgd) -> keras.optimizers.Optimizer:
    return keras.optimizers.SGD(spec.learning_rate, momentum=spec.momentum, nesterov=spec.nesterov)


@build_optimizer.register
def _(spec: RmsProp) -> keras.optimizers.Optimizer:
    return keras.optimizers.RMSprop(spec.learning_rate, rho=spec.rho, momentum=spec.momentum, epsilon=spec.epsilon)


@build_optimizer.register
def _(spec: Adam) -> keras.optimizers.Optimizer:
    return keras.optimizers.Adam(spec.learning_rate, beta_1=spec.beta_1, beta_2=spec.beta_2, epsilon=spec.epsilon)


@singledispatch
def build_loss(spec: Loss, *, takes_logits: bool) -> keras.losses.Loss:
    """Return the Keras loss a spec describes.

    Args:
        spec: Kind and settings.
        takes_logits: Whether the model's outputs are logits rather than probabilities.
    """
    raise TypeError(f"no loss for {type(spec).__name__}")


@build_loss.register
def _(spec: CategoricalCrossentropy, *, takes_logits: bool) -> keras.losses.Loss:
    return keras.losses.CategoricalCrossentropy(from_logits=takes_logits, label_smoothing=spec.label_smoothing)


@build_loss.register
def _(spec: MeanSquaredError, *, takes_logits: bool) -> keras.losses.Loss:
    return keras.losses.MeanSquaredError()
