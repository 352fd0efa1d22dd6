from __future__ import annotations

from typing import Any, get_args

import keras
import numpy as np
import pytest
from pydantic import TypeAdapter

from ablation.data import Array
from ablation.spec.optimizers import Optimizer
from ablation.training.compiling.optimizers import CLASSES, LossScaled, TrialOptimizer, build_optimizer, plain_optimizer
from ablation.training.compiling.schedules import ScheduledRate

COMMON = {"weight_decay": 0.03, "clipnorm": 0.7, "use_ema": True, "ema_momentum": 0.6}
OWN: dict[str, dict[str, Any]] = {
    "sgd": {"momentum": 0.5, "nesterov": True},
    "rmsprop": {"rho": 0.5, "momentum": 0.75, "epsilon": 0.125, "centered": True},
    "adam": {"beta_1": 0.5, "beta_2": 0.75, "epsilon": 0.125, "amsgrad": True},
    "adamw": {"beta_1": 0.5, "beta_2": 0.75, "epsilon": 0.125, "amsgrad": True},
    "nadam": {"beta_1": 0.5, "beta_2": 0.75, "epsilon": 0.125},
    "adamax": {"beta_1": 0.5, "beta_2": 0.75, "epsilon": 0.125},
    "adagrad": {"initial_accumulator_value": 0.5, "epsilon": 0.125},
    "adadelta": {"rho": 0.5, "epsilon": 0.125},
    "lion": {"beta_1": 0.5, "beta_2": 0.75},
}
KINDS = pytest.mark.parametrize("kind", OWN)
GRADIENTS = [np.array([0.5, -2.0]), np.array([1.0, 0.25]), np.array([-0.75, 3.0]), np.array([0.1, 0.2])]


def spec(kind: str, **settings: Any) -> Optimizer:
    return TypeAdapter[Optimizer](Optimizer).validate_python({"kind": kind, **settings})


def optimizer(kind: str, rate: float | ScheduledRate = 0.25, **settings: Any) -> TrialOptimizer:
    return build_optimizer(spec(kind, **settings), rate)


def weights(*starts: float) -> list[keras.Variable]:
    return [keras.Variable(np.array([start, -start], dtype=np.float32), name=f"w{start}") for start in starts]


def step(of: keras.optimizers.Optimizer, variables: list[keras.Variable], gradients: list[Array]) -> None:
    """Apply gradients one after the other; the second weight gets each one reversed."""
    for gradient in gradients:
        pair = [gradient.astype(np.float32), gradient[::-1].astype(np.float32)]
        of.apply([keras.ops.convert_to_tensor(each) for each in pair[: len(variables)]], variables)


def values(variables: list[keras.Variable]) -> Array:
    return np.concatenate([np.asarray(variable) for variable in variables])


def test_every_kind_of_the_spec_has_a_class_and_a_case() -> None:
    union = get_args(get_args(Optimizer)[0])
    kinds = {model.model_fields["kind"].annotation.__args__[0]: model for model in union}
    assert kinds.keys() == CLASSES.keys() == OWN.keys()
    others = {"kind", "learning_rate", "clipvalue", "global_clipnorm", *COMMON}
    for kind, model in kinds.items():
        assert set(model.model_fields) - others == set(OWN[kind])


@KINDS
@pytest.mark.parametrize("clip", ["clipnorm", "clipvalue", "global_clipnorm"])
def test_every_field_reaches_keras(kind: str, clip: str) -> None:
    settings = {name: value for name, value in COMMON.items() if name != "clipnorm"} | OWN[kind] | {clip: 0.7}
    config = optimizer(kind, 0.25, **settings).get_config()
    assert {name: config[name] for name in settings} == settings
    assert config["learning_rate"] == 0.25


@KINDS
def test_optimizer_takes_the_steps_of_the_class_of_keras(kind: str) -> None:
    settings = COMMON | OWN[kind] | {"use_ema": False}
    mine, plain = weights(1.0, 2.0), weights(1.0, 2.0)
    step(optimizer(kind, **settings), mine, GRADIENTS)
    step(CLASSES[kind](learning_rate=0.25, **settings), plain, GRADIENTS)
    assert np.array_equal(values(mine), values(plain))
    assert not np.allclose(values(mine), values(weights(1.0, 2.0)))


@KINDS
def test_share_of_the_rate_is_an_optimizer_of_that_rate_for_those_weights_alone(kind: str) -> None:
    settings = OWN[kind] | {"weight_decay": 0.03, "clipvalue": 0.7}
    both, apart = weights(1.0, 2.0), weights(1.0, 2.0)
    trained = optimizer(kind, **settings)
    trained.slow_down(both[1:], 0.1)
    step(trained, both, GRADIENTS)
    step(CLASSES[kind](learning_rate=0.25, **settings), apart[:1], GRADIENTS)
    step(CLASSES[kind](learning_rate=0.025, **settings), apart[1:], [gradient[::-1] for gradient in GRADIENTS])
    assert np.allclose(values(both), values(apart), rtol=1e-6, atol=1e-7)


def test_share_of_the_rate_follows_a_schedule() -> None:
    rate = ScheduledRate(0.5, lambda step: 1 / (1 + step), warmup_steps=0, first_step=0)
    both = weights(1.0, 2.0)
    trained = optimizer("sgd", rate)
    trained.slow_down(both[1:], 0.1)
    step(trained, both, GRADIENTS[:2])
    assert values(both)[:2] == pytest.approx([1.0 - 0.5 * 0.5 - 0.25 * 1.0, -1.0 + 0.5 * 2.0 - 0.25 * 0.25])
    assert values(both)[2:] == pytest.approx([2.0 + 0.05 * 2.0 - 0.025 * 0.25, -2.0 - 0.05 * 0.5 - 0.025 * 1.0])


def test_global_norm_is_that_of_all_gradients_whatever_their_share() -> None:
    both = weights(1.0, 2.0)
    trained = optimizer("sgd", 1.0, global_clipnorm=0.5)
    trained.slow_down(both[1:], 0.1)
    step(trained, both, GRADIENTS[:1])
    clipped = GRADIENTS[0] * 0.5 / np.sqrt(2 * (0.5**2 + 2.0**2))
    expected = [1.0 - clipped[0], -1.0 - clipped[1], 2.0 - 0.1 * clipped[1], -2.0 - 0.1 * clipped[0]]
    assert values(both) == pytest.approx(expected, rel=1e-6)


@KINDS
def test_optimizer_that_goes_on_takes_the_steps_of_one_that_never_stopped(kind: str) -> None:
    settings = OWN[kind] | {"use_ema": True, "weight_decay": 0.03}
    whole, parts = weights(1.0, 2.0), weights(1.0, 2.0)
    never_stopped, first, second = (optimizer(kind, **settings) for _ in range(3))
    step(never_stopped, whole, GRADIENTS)
    step(first, parts, GRADIENTS[:2])
    second.build(parts)
    second.go_on_from(first)
    step(second, parts, GRADIENTS[2:])
    assert np.array_equal(values(parts), values(whole))
    for of, variables in ((never_stopped, whole), (second, parts)):
        of.finalize_variable_values(variables)
    assert np.array_equal(values(parts), values(whole))
    assert int(second.iterations) == 4


def test_optimizer_that_goes_on_gives_new_weights_fresh_state() -> None:
    old, new = weights(1.0, 2.0)
    first, second = optimizer("sgd", momentum=0.5), optimizer("sgd", momentum=0.5)
    step(first, [old], GRADIENTS[:1])
    second.build([old, new])
    second.go_on_from(first)
    step(second, [old, new], GRADIENTS[1:2])
    g, h = GRADIENTS[:2]
    start = np.array([1.0, -1.0])
    assert np.asarray(old) == pytest.approx(start - 0.25 * g - (0.5 * 0.25 * g + 0.25 * h))
    assert np.asarray(new) == pytest.approx(2 * start - 0.25 * h[::-1])


def test_state_of_a_weight_outlives_a_stage_in_which_it_is_frozen() -> None:
    kept, other = weights(1.0, 2.0)
    first, second, third = (optimizer("sgd", momentum=0.5) for _ in range(3))
    step(first, [kept, other], GRADIENTS[:1])
    second.build([other])
    second.go_on_from(first)
    third.build([kept, other])
    third.go_on_from(second)
    before = np.asarray(kept)
    step(third, [kept, other], GRADIENTS[1:2])
    assert np.asarray(kept) == pytest.approx(before - 0.5 * 0.25 * GRADIENTS[0] - 0.25 * GRADIENTS[1])


def test_average_of_a_new_weight_starts_with_its_value_and_a_frozen_weight_takes_its_own() -> None:
    old, new = weights(1.0, 2.0)
    settings = {"use_ema": True, "ema_momentum": 0.5}
    first, second = optimizer("sgd", **settings), optimizer("sgd", **settings)
    step(first, [old], GRADIENTS[:2])
    after_one = np.array([1.0, -1.0]) - 0.25 * GRADIENTS[0]
    average = (after_one + (after_one - 0.25 * GRADIENTS[1])) / 2
    second.build([new])
    second.go_on_from(first)
    assert np.asarray(old) == pytest.approx(average)
    step(second, [new], GRADIENTS[2:3])
    second.finalize_variable_values([new])
    start = np.array([2.0, -2.0])
    assert np.asarray(new) == pytest.approx((start + (start - 0.25 * GRADIENTS[2])) / 2)


def test_last_learning_rate_is_that_of_the_last_step() -> None:
    rate = ScheduledRate(1.0, lambda step: 1 / (1 + step), warmup_steps=0, first_step=0)
    scheduled, constant = optimizer("sgd", rate), optimizer("sgd", 0.5)
    for of in (scheduled, constant):
        step(of, weights(1.0), GRADIENTS[:3])
    assert [scheduled.last_learning_rate, constant.last_learning_rate] == pytest.approx([1 / 3, 0.5])


@KINDS
def test_plain_optimizer_is_of_keras_alone_and_goes_on_as_the_trained_one(kind: str) -> None:
    rate = ScheduledRate(0.5, lambda step: 0.5 + 0 * step, warmup_steps=0, first_step=0)
    settings = COMMON | OWN[kind]
    mine, plain = weights(1.0, 2.0), weights(1.0, 2.0)
    trained = optimizer(kind, rate, **settings)
    step(trained, mine, GRADIENTS[:2])
    for variable, value in zip(plain, mine, strict=True):
        variable.assign(value)
    of_keras = plain_optimizer(spec(kind, **settings), trained, plain)
    assert type(of_keras) is CLASSES[kind]
    step(trained, mine, GRADIENTS[2:])
    step(of_keras, plain, GRADIENTS[2:])
    assert np.array_equal(values(plain), values(mine))


def scaled(kind: str, rate: float | ScheduledRate = 0.25, **settings: Any) -> LossScaled:
    built = build_optimizer(spec(kind, **settings), rate, "mixed_float16")
    assert isinstance(built, LossScaled)
    return built


@pytest.mark.parametrize("kind", ["sgd", "adam"])
def test_scaled_gradients_move_weights_as_the_plain_ones_do(kind: str) -> None:
    plain, half = optimizer(kind, **OWN[kind]), scaled(kind, **OWN[kind])
    ours, theirs = weights(1.0, 3.0), weights(1.0, 3.0)
    step(plain, theirs, GRADIENTS)
    half.build(ours)
    assert float(half.scale_loss(keras.ops.convert_to_tensor(2.0))) == 2.0**16
    step(half, ours, [gradient * 2.0**15 for gradient in GRADIENTS])
    np.testing.assert_allclose(values(ours), values(theirs), rtol=1e-6)


def test_step_of_gradients_that_are_not_finite_is_left_out_and_halves_the_scale() -> None:
    half, variables = scaled("adam"), weights(1.0)
    step(half, variables, [np.array([np.inf, 1.0]), np.array([1.0, np.nan])])
    assert np.array_equal(values(variables), [1.0, -1.0])
    assert float(half.dynamic_scale) == 2.0**13
    assert int(half.iterations) == 0


def test_scale_and_state_are_handed_on_to_the_next_stage_and_to_the_saved_optimizer() -> None:
    first, variables = scaled("adam"), weights(1.0)
    step(first, variables, [np.array([np.inf, 1.0]), np.array([100.0, 200.0])])
    following = scaled("adam", rate=0.5)
    following.build(variables)
    following.go_on_from(first)
    plain = plain_optimizer(spec("adam"), following, variables)
    assert type(plain) is keras.optimizers.LossScaleOptimizer
    for each in (following, plain):
        assert (float(each.dynamic_scale), int(each.step_counter), int(each.iterations)) == (2.0**14, 1, 1)
    assert float(plain.learning_rate) == following.last_learning_rate == 0.5
    states = {key[1]: np.asarray(state).tolist() for key, state in following.memory.states.items()}
    assert states["momentum"] == pytest.approx([100 * 2.0**-14 * 0.1, 200 * 2.0**-14 * 0.1])
