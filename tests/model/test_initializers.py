from __future__ import annotations

import math
from typing import Any, get_args

import numpy as np
import pytest
from pydantic import TypeAdapter

from ablation.data import Array
from ablation.model.initializers import build_initializer
from ablation.spec.initializers import Initializer, Named

INPUTS, UNITS = 200, 100


def start(seed: int = 0, **settings: Any) -> Array:
    spec: Initializer = TypeAdapter(Initializer).validate_python(settings)
    return np.asarray(build_initializer(spec, seed)((INPUTS, UNITS)))


# The standard deviation of each, from the number of inputs and outputs of the layer.
DEVIATIONS = {
    "glorot_uniform": math.sqrt(2 / (INPUTS + UNITS)),
    "glorot_normal": math.sqrt(2 / (INPUTS + UNITS)),
    "he_uniform": math.sqrt(2 / INPUTS),
    "he_normal": math.sqrt(2 / INPUTS),
    "lecun_uniform": math.sqrt(1 / INPUTS),
    "lecun_normal": math.sqrt(1 / INPUTS),
}


@pytest.mark.parametrize("kind", DEVIATIONS)
def test_scaled_initializer_has_the_deviation_of_its_formula(kind: str) -> None:
    drawn = start(kind=kind)
    assert abs(drawn.mean()) < 0.001
    assert drawn.std() == pytest.approx(DEVIATIONS[kind], rel=0.02)


@pytest.mark.parametrize("kind", ["glorot_uniform", "he_uniform", "lecun_uniform"])
def test_uniform_initializer_stays_within_its_limit(kind: str) -> None:
    limit = DEVIATIONS[kind] * math.sqrt(3)
    assert limit * 0.99 < np.abs(start(kind=kind)).max() <= limit


def test_every_kind_of_the_language_is_tested() -> None:
    kinds = get_args(Named.model_fields["kind"].annotation)
    assert sorted(kinds) == sorted([*DEVIATIONS, "zeros", "ones"])


@pytest.mark.parametrize(
    ("settings", "value"),
    [({"kind": "zeros"}, 0.0), ({"kind": "ones"}, 1.0), ({"kind": "constant", "value": 0.25}, 0.25)],
)
def test_initializer_without_chance_gives_one_value(settings: dict[str, Any], value: float) -> None:
    assert np.unique(start(**settings)).tolist() == [value]


def test_random_uniform_stays_within_its_bounds() -> None:
    drawn = start(kind="random_uniform", low=1.0, high=3.0)
    assert 1.0 <= drawn.min() < 1.01
    assert 2.99 < drawn.max() <= 3.0


def test_random_normal_has_its_mean_and_deviation() -> None:
    drawn = start(kind="random_normal", mean=5.0, stddev=0.5)
    assert (drawn.mean(), drawn.std()) == (pytest.approx(5.0, abs=0.02), pytest.approx(0.5, rel=0.02))


@pytest.mark.parametrize("kind", ["random_uniform", "random_normal", "glorot_uniform", "he_normal"])
def test_initializer_draws_the_same_for_equal_seeds_only(kind: str) -> None:
    assert np.array_equal(start(3, kind=kind), start(3, kind=kind))
    assert not np.array_equal(start(3, kind=kind), start(4, kind=kind))
