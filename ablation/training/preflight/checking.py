"""The pre-flight of one model, in a trial's own process."""

from __future__ import annotations

from collections.abc import Iterator

import keras
import numpy as np

from ablation.data import Array, Prepared
from ablation.evaluation import Head, head_of
from ablation.model import WeightsSource, build_model
from ablation.spec import Trial
from ablation.training.feeding.class_weights import class_weights
from ablation.training.preflight.findings import Finding, PreflightResult
from ablation.training.preflight.frozen import after_frozen
from ablation.training.preflight.learning import find_learning
from ablation.training.preflight.quieting import quiet_model
from ablation.training.preflight.recording import record_steps
from ablation.training.preflight.samples import Samples, draw_samples
from ablation.training.preflight.starting import (
    NOT_FINITE,
    find_dead_units,
    find_gradients,
    find_loss,
    find_reshapes,
)
from ablation.training.preflight.tracing import trace

TRACED = 8


def check_model(
    model: keras.Model, trial: Trial, prepared: Prepared, classes: int | None, weights: WeightsSource | None = None
) -> PreflightResult:
    """Look at a model before it is trained.

    Args:
        model: As the trial would start with it, of the trial's seed; its weights change.
        trial: Whose model; augmentation, schedule and phases are not looked at.
        prepared: Samples are drawn from its training split.
        classes: Of the dataset; None for a regression.
        weights: Gives files of weights, as to `build_model`.
    """
    if not model.trainable_weights:
        return PreflightResult(findings=tuple(find_reshapes(trial.variant, model)))
    head = head_of(trial.spec.model, trial.spec.training.loss, classes)
    drawn = draw_samples(trial, prepared)
    start = model.get_weights()
    digest, steps = trace(*_traced(model, trial, prepared, head, drawn))
    findings = list(find_reshapes(trial.variant, model))
    if not all(step.is_finite for step in steps):
        message = "the objective or a gradient, penalties included, is not finite in the first steps"
        findings.append(Finding(severity="error", variant=trial.variant, message=message, hint=NOT_FINITE))
    quiet = quiet_model(trial.spec.model)
    if quiet == trial.spec.model:
        model.set_weights(start)
    else:
        model = build_model(
            quiet,
            input_shape=model.input_shape[1:],
            seed=trial.seed,
            weights=weights,
            precision=trial.spec.training.precision,
        )
    part, samples = after_frozen(model, trial.spec, drawn)
    findings += _look_at(part, trial, head, samples.distinct())
    return PreflightResult(findings=tuple(findings), trace=digest)


def _look_at(model: keras.Model, trial: Trial, head: Head, samples: Samples) -> Iterator[Finding]:
    """Look at a model without noise and penalties."""
    (step,) = record_steps(model, head, [samples.batch(head)], learning_rate=0.0)
    yield from find_loss(trial.variant, head, samples, step.loss)
    yield from find_gradients(trial.variant, model, step)
    yield from find_dead_units(trial.variant, model, samples)
    if step.is_finite:
        yield from find_learning(model, trial, head, samples)


def _traced(
    model: keras.Model, trial: Trial, prepared: Prepared, head: Head, drawn: Samples
) -> tuple[keras.Model, Head, tuple[Array, ...]]:
    part, samples = after_frozen(model, trial.spec, drawn.first(TRACED))
    return part, head, _weighted(samples, trial, prepared, head)


def _weighted(samples: Samples, trial: Trial, prepared: Prepared, head: Head) -> tuple[Array, ...]:
    """Return a batch as the trial's first one is weighted."""
    wanted = class_weights(trial.spec.training.class_weights, prepared.train.y, head.classes)
    batch = samples.batch(head)
    return batch if wanted is None else (*batch, np.take(wanted, samples.labels))
