"""Whether a net learns a few samples by heart: what cannot has a mistake in it that no data would mend."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

import keras
import numpy as np

from ablation.data import Array
from ablation.evaluation import Head
from ablation.training.compiling.losses import build_loss
from ablation.training.preflight.recording import loss_scale
from ablation.training.preflight.repeating import Take, repeat

# Without it JAX runs operation by operation; TensorFlow has its graph, and XLA costs it more than it saves.
COMPILES = keras.backend.backend() == "jax"
BY_HEART = 0.1  # of the loss of one and the same answer for every sample
BATCH_STEPS = 200
FEW_STEPS = 300
ADAM_RATES = (1e-2, 1e-3, 1e-1)
# Targets of a regression may lie far from 0: a rate that reaches them in FEW_STEPS.
RATE_PER_TARGET = 0.02


class Budget:
    """Time for an attempt, from when this is made.

    Args:
        cpu_s: Of this process: what else the machine does must not decide what is found.
        wall_s: For an accelerator, which takes no time of the processor's, and a machine that does much else.
    """

    def __init__(self, cpu_s: float, wall_s: float) -> None:
        self.cpu_s = cpu_s
        self._cpu_end = time.process_time() + cpu_s
        self._wall_end = time.monotonic() + wall_s

    @property
    def is_spent(self) -> bool:
        """Whether the time is up."""
        return time.process_time() > self._cpu_end or time.monotonic() > self._wall_end


@dataclass(frozen=True)
class Goal:
    """When samples count as learned by heart, and when to give up."""

    loss: float
    steps: int
    budget: Budget


@dataclass(frozen=True)
class Attempt:
    """How an attempt to learn samples by heart went.

    Args:
        losses: Before each step.
        end: `reached` the goal; `not_reached` in all of its steps; `not_finite`; `cut`: the time was up.
    """

    losses: tuple[float, ...]
    end: Literal["reached", "not_reached", "not_finite", "cut"]

    @property
    def falls(self) -> bool:
        """Whether the loss falls by a twentieth at least, so that the rate is not far from one that works."""
        return self.end != "not_finite" and fmean(self.losses[-5:]) <= 0.95 * self.losses[0]

    @property
    def stands_still(self) -> bool:
        """Whether the loss hardly changes from the middle to the end."""
        middle, last = self.losses[len(self.losses) // 2], self.losses[-1]
        return abs(last - middle) <= 0.001 * abs(middle)


def attempt(
    model: keras.Model, head: Head, optimizer: keras.optimizers.Optimizer, batch: tuple[Array, ...], goal: Goal
) -> Attempt:
    """Train on one batch until the goal is reached; the model is compiled for it, and goes on from its weights."""
    model.compile(optimizer=optimizer, loss=build_loss(head), jit_compile=COMPILES)
    return _learn(repeat(model, batch), goal)


def attempt_with_adam(
    model: keras.Model, head: Head, batch: tuple[Array, ...], rates: Iterable[float], goal: Goal
) -> Attempt:
    """Train on one batch with Adam at several rates, each from the model's weights, until one reaches the goal.

    Returns:
        The attempt that reached it; else one that was cut, as nothing is decided then; else the best.
    """
    start = model.get_weights()
    optimizer = keras.optimizers.Adam(loss_scale_factor=loss_scale(model))
    model.compile(optimizer=optimizer, loss=build_loss(head), jit_compile=COMPILES)
    optimizer.build(model.trainable_variables)
    attempts: list[Attempt] = []
    take = repeat(model, batch)
    for rate in rates:
        model.set_weights(start)
        for state in optimizer.variables:
            state.assign(np.zeros(state.shape))
        optimizer.learning_rate = rate
        attempts.append(_learn(take, goal))
        if attempts[-1].end in ("reached", "cut"):
            return attempts[-1]
    return min(attempts, key=lambda each: each.losses[-1] if each.end == "not_reached" else math.inf)


def adam_rates(head: Head, labels: Array) -> tuple[float, ...]:
    """Return the learning rates to try; for numbers also one of their size."""
    if head.classes is not None:
        return ADAM_RATES
    return (*ADAM_RATES, max(ADAM_RATES[0], RATE_PER_TARGET * float(np.max(np.abs(labels)))))


def _learn(take: Take, goal: Goal) -> Attempt:
    losses: list[float] = []
    while len(losses) < goal.steps:
        for loss in take(goal.steps - len(losses)):
            losses.append(loss)
            if not math.isfinite(loss):
                return Attempt(tuple(losses), "not_finite")
            if loss <= goal.loss:
                return Attempt(tuple(losses), "reached")
        if goal.budget.is_spent:
            return Attempt(tuple(losses), "cut")
    return Attempt(tuple(losses), "not_reached")
