"""Optimisers of Keras from their specs, able to go on where another one ended, and to train some weights slower."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import keras
from keras import ops

from ablation.spec import Precision
from ablation.spec.optimizers import Optimizer
from ablation.training.compiling.schedules import ScheduledRate

CLASSES: dict[str, type[Any]] = {
    "sgd": keras.optimizers.SGD,
    "rmsprop": keras.optimizers.RMSprop,
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "nadam": keras.optimizers.Nadam,
    "adamax": keras.optimizers.Adamax,
    "adagrad": keras.optimizers.Adagrad,
    "adadelta": keras.optimizers.Adadelta,
    "lion": keras.optimizers.Lion,
}
AVERAGE = "average"  # Keras' name of a weight's moving average


class Memory:
    """What an optimiser knows of each weight, by the weight's key and the name of the state, and its share of the rate.

    A plain object, because Keras would track the variables of a dictionary a second time.
    """

    def __init__(self) -> None:
        self.weights: dict[Any, Any] = {}
        self.states: dict[tuple[Any, str], Any] = {}
        self.shares: dict[Any, float] = {}


class TrialOptimizer(keras.optimizers.Optimizer):  # type: ignore[misc]  # Keras is untyped
    """What the optimiser of a trial can do beyond Keras'; mixed into each of Keras' classes."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.memory = Memory()

    @property
    def last_learning_rate(self) -> float:
        """The learning rate of the last step."""
        rate = self._learning_rate
        if isinstance(rate, ScheduledRate):
            return float(rate(int(self.iterations.numpy()) - 1))
        return float(rate.numpy())  # float alone would not take a variable that lies on several devices

    @property
    def own_variables(self) -> list[Any]:
        """What belongs to no single weight and is no learning rate, e.g. the number of steps."""
        known = {id(state) for state in self.memory.states.values()} | {id(self._learning_rate)}
        return [variable for variable in self.variables if id(variable) not in known]

    @property
    def rate_variables(self) -> list[Any]:
        """The learning rate, where it is a number that a callback may change."""
        return [] if isinstance(self._learning_rate, ScheduledRate) else [self._learning_rate]

    def slow_down(self, weights: Iterable[Any], share: float) -> None:
        """Let weights learn at a share of the learning rate; clipping and the state of the optimiser do not change."""
        self.memory.shares.update({self._var_key(weight): share for weight in weights})

    def go_on_from(self, earlier: TrialOptimizer) -> None:
        """Take over the steps and the state of another optimiser of the same kind; both are built.

        Weights that it never trained start with fresh state, their moving average with their value. Weights that are
        frozen now take their moving average, and their state is kept for an optimiser that trains them again.
        """
        for mine, theirs in zip(self.own_variables, earlier.own_variables, strict=True):
            assign_copy(mine, theirs)
        past, present = earlier.memory, self.memory
        for (key, name), state in present.states.items():
            if (key, name) in past.states:
                assign_copy(state, past.states[key, name])
            elif name == AVERAGE:
                assign_copy(state, present.weights[key])
        for key, name in past.states.keys() - present.states.keys():
            if name == AVERAGE:
                assign_copy(past.weights[key], past.states[key, name])
        present.states = past.states | present.states
        present.weights = past.weights | present.weights

    def add_variable_from_reference(self, reference_variable: Any, name: Any = None, initializer: Any = "zeros") -> Any:
        """Note whose state a new variable is (Keras calls this when it builds the optimiser)."""
        state = super().add_variable_from_reference(reference_variable, name=name, initializer=initializer)
        key = self._var_key(reference_variable)
        self.memory.states[key, name] = state
        self.memory.weights[key] = reference_variable
        return state

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Step one weight at its share of the learning rate (Keras calls this)."""
        share = self.memory.shares.get(self._var_key(variable), 1.0)
        super().update_step(gradient, variable, learning_rate if share == 1.0 else learning_rate * share)

    def _overwrite_model_variables_with_average_value(self, trainable_variables: list[Any]) -> None:
        for variable, average in zip(trainable_variables, self._model_variables_moving_average, strict=True):
            if average is not None:
                assign_copy(variable, average)

    def _apply_weight_decay(self, variables: list[Any]) -> None:
        shares = self.memory.shares
        super()._apply_weight_decay([each for each in variables if self._var_key(each) not in shares])
        if self.weight_decay is None:
            return
        for variable in variables:
            share = shares.get(self._var_key(variable))
            if share is not None:
                rate = ops.cast(self.learning_rate, variable.dtype) * share
                self.assign_sub(variable, ops.multiply(variable, rate * self.weight_decay))


def assign_copy(variable: Any, source: Any) -> None:
    """Give a variable the value of another one, and memory of its own: JAX lets them share it, until a step frees it.

    Source: Keras' fit on JAX donates all variables to each step.
    """
    variable.assign(ops.copy(source))


class LossScaled(keras.optimizers.LossScaleOptimizer):  # type: ignore[misc]  # Keras is untyped
    """A trial's optimiser on gradients of a scaled loss: float16 would make 0 of small ones.

    A step whose gradients are not finite is left out and halves the scale, which doubles after 2,000 steps without.

    Args:
        optimizer: What is given the gradients, at the scale of the loss itself.
    """

    def __init__(self, optimizer: TrialOptimizer) -> None:
        super().__init__(optimizer)

    @property
    def memory(self) -> Memory:
        """What the trial's optimiser knows of each weight."""
        memory: Memory = self.inner_optimizer.memory
        return memory

    @property
    def last_learning_rate(self) -> float:
        """The learning rate of the last step."""
        return float(self.inner_optimizer.last_learning_rate)

    @property
    def own_variables(self) -> list[Any]:
        """The scale, the steps since it changed, and what of the trial's optimiser belongs to no single weight."""
        return [self.dynamic_scale, self.step_counter, *self.inner_optimizer.own_variables]

    @property
    def rate_variables(self) -> list[Any]:
        """The learning rate, where it is a number that a callback may change."""
        return list(self.inner_optimizer.rate_variables)

    @property
    def can_leave_out(self) -> Any:
        """Whether a gradient that is not finite may be so for its scale alone: it can still be lowered."""
        return keras.ops.convert_to_tensor(self.dynamic_scale) > 1.0

    def slow_down(self, weights: Iterable[Any], share: float) -> None:
        """Let weights learn at a share of the learning rate."""
        self.inner_optimizer.slow_down(weights, share)

    def go_on_from(self, earlier: LossScaled) -> None:
        """Take over the scale, the steps and the state of another optimiser of the same kind; both are built."""
        assign_copy(self.dynamic_scale, earlier.dynamic_scale)
        assign_copy(self.step_counter, earlier.step_counter)
        self.inner_optimizer.go_on_from(earlier.inner_optimizer)


StageOptimizer = TrialOptimizer | LossScaled


def build_optimizer(spec: Optimizer, rate: float | ScheduledRate, precision: Precision = "float32") -> StageOptimizer:
    """Return the optimiser that a spec describes.

    Args:
        spec: Kind and settings.
        rate: What a schedule made of the spec's learning rate.
        precision: Of the model; in float16 the loss is scaled.
    """
    built: TrialOptimizer = _trial_class(spec.kind)(learning_rate=rate, **_settings(spec))
    return LossScaled(built) if precision == "mixed_float16" else built


def plain_optimizer(spec: Optimizer, trained: StageOptimizer, weights: list[Any]) -> keras.optimizers.Optimizer:
    """Return Keras' own optimiser with the state of the one that trained, to be saved and loaded without this project.

    Its learning rate is that of the last step.
    """
    plain = CLASSES[spec.kind](learning_rate=trained.last_learning_rate, **_settings(spec))
    if isinstance(trained, LossScaled):
        plain = keras.optimizers.LossScaleOptimizer(plain)
    plain.build(weights)
    for mine, theirs in zip(_without_rate(plain), _without_rate(trained), strict=True):
        assign_copy(mine, theirs)
    return plain


def _without_rate(optimizer: keras.optimizers.Optimizer) -> list[Any]:
    return [each for each in optimizer.variables if each is not optimizer.learning_rate]


def _settings(spec: Optimizer) -> dict[str, Any]:
    return spec.model_dump(exclude={"kind", "learning_rate"})


@cache
def _trial_class(kind: str) -> type[Any]:
    return type(CLASSES[kind].__name__, (TrialOptimizer, CLASSES[kind]), {})
