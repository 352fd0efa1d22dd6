"""Whether a model learns a batch by heart, and if not, whether the model or the optimiser is to blame."""

from __future__ import annotations

from collections.abc import Iterator

import keras

from ablation.evaluation import Head, head_of
from ablation.spec import ModelSpec, Trial
from ablation.spec.layers import Weighted
from ablation.training.compiling.losses import OF_NUMBERS
from ablation.training.compiling.optimizers import build_optimizer
from ablation.training.preflight.findings import Finding
from ablation.training.preflight.memorizing import (
    BATCH_STEPS,
    BY_HEART,
    FEW_STEPS,
    Attempt,
    Budget,
    Goal,
    adam_rates,
    attempt,
    attempt_with_adam,
)
from ablation.training.preflight.quieting import quiet_loss, quiet_optimizer
from ablation.training.preflight.references import constant_loss, uniform_loss
from ablation.training.preflight.samples import Samples
from ablation.training.stages import rate_shares

BATCH_CPU_S, BATCH_WALL_S = 3.0, 12.0
FEW_CPU_S, FEW_WALL_S = 5.0, 20.0
CANNOT_LEARN = (
    "Check every reshape and merge, the activation of the outputs (linear for logits and for numbers), the loss (try "
    "mean_absolute_error or mean_squared_error), the initialisers, and the scale of the inputs; then take out "
    "normalisations, which hide exploding gradients. `--skip-preflight` runs the study all the same."
)

FROZEN = {
    "severity": "warning",
    "hint": "What its frozen layers give may hardly tell samples apart: see that they have the weights you mean.",
}


def find_learning(model: keras.Model, trial: Trial, head: Head, pool: Samples) -> Iterator[Finding]:
    """Find a model that does not learn a batch by heart.

    The optimiser of the spec is tried first, at its own rate, on a batch of its own size. Where it fails, Adam is, on
    few samples, as a small net need not be able to hold more. What cannot learn these is broken; what can, is not.

    Args:
        model: With fresh weights, without noise and penalties; its weights change.
        trial: Whose model.
        head: Of the model as it is trained.
        pool: Samples of the training split.
    """
    head = head_of(trial.spec.model, quiet_loss(head.loss), head.classes)
    start = model.get_weights()
    wanted = trial.spec.training.batch_size
    batch = pool if wanted == "all" else pool.first(wanted)
    own = _try_own(model, trial, head, batch, reference=_reference(head, pool))
    if own.end == "reached":
        return
    model.set_weights(start)
    yield from _judge(model, trial, head, pool, own)


def _try_own(model: keras.Model, trial: Trial, head: Head, batch: Samples, *, reference: float) -> Attempt:
    spec = quiet_optimizer(trial.spec.training.optimizer)
    optimizer = build_optimizer(spec, spec.learning_rate, trial.spec.training.precision)
    for weights, share in rate_shares(model, trial.spec.model):
        optimizer.slow_down(weights, share)
    optimizer.build(model.trainable_variables)
    goal = Goal(BY_HEART * reference, BATCH_STEPS, Budget(BATCH_CPU_S, BATCH_WALL_S))
    return attempt(model, head, optimizer, batch.batch(head), goal)


def _judge(model: keras.Model, trial: Trial, head: Head, pool: Samples, own: Attempt) -> Iterator[Finding]:
    """Say what keeps the model from learning a batch with its own optimiser."""
    variant, few = trial.variant, pool.few()
    can_learn = own.falls and own.losses[-1] < 0.5 * _reference(head, pool)
    if can_learn:
        return
    if len(few) < 2:
        message = "whether it can learn is undecided: the samples that were drawn have one label"
        yield Finding(severity="note", variant=variant, message=message, hint="See that the data are shuffled.")
        return
    goal = Goal(BY_HEART * constant_loss(head, few.labels), FEW_STEPS, Budget(FEW_CPU_S, FEW_WALL_S))
    adam = attempt_with_adam(model, head, few.batch(head), adam_rates(head, few.labels), goal)
    if adam.end in ("not_reached", "not_finite"):
        finding = _cannot_learn(variant, few, adam, goal)
        yield finding if _is_trained_whole(trial.spec.model) else finding.model_copy(update=FROZEN)
    elif adam.end == "cut":
        message = f"whether it can learn is undecided: there was time for {len(adam.losses)} steps of Adam only"
        yield Finding(severity="note", variant=variant, message=message, hint="Watch its first epoch.")
    elif own.end != "cut" and (not own.falls or own.stands_still):
        yield _does_not_learn(trial, own)


def _is_trained_whole(spec: ModelSpec) -> bool:
    """Whether no layer with weights is held; what such a layer gives may be much the same for all samples."""
    return all(layer.trainable for layer in spec.all_layers if isinstance(layer, Weighted))


def _cannot_learn(variant: str, few: Samples, adam: Attempt, goal: Goal) -> Finding:
    reached = "a loss that is not finite" if adam.end == "not_finite" else f"a loss of {adam.losses[-1]:.3g}"
    message = (
        f"it cannot learn {len(few)} samples by heart: Adam ends at {reached}, one answer for all of them has "
        f"{goal.loss / BY_HEART:.3g}"
    )
    return Finding(severity="error", variant=variant, message=message, hint=CANNOT_LEARN)


def _does_not_learn(trial: Trial, own: Attempt) -> Finding:
    optimizer = trial.spec.training.optimizer
    start, last = own.losses[0], own.losses[-1]
    how = f"after {len(own.losses)} steps on one batch the loss has gone from {start:.3g} to {last:.3g}"
    if own.end == "not_finite" or last > start:
        hint = "Lower the learning rate, or clip gradients."
    elif own.falls:
        hint = "Try a higher and a lower learning rate, or Adam; sigmoids in many layers let few gradients through."
    else:
        hint = "Raise the learning rate."
    message = f"{optimizer.kind} at a learning rate of {optimizer.learning_rate:g} does not learn: {how}"
    return Finding(severity="warning", variant=trial.variant, message=message, hint=hint)


def _reference(head: Head, samples: Samples) -> float:
    """Return the loss of a net that does not look at its input."""
    if head.classes is None or head.loss.kind in OF_NUMBERS:
        return constant_loss(head, samples.labels)
    return uniform_loss(head, samples.labels)
