from __future__ import annotations

import math
from typing import Any, get_args

import numpy as np
import pytest
from pydantic import TypeAdapter

from ablation.data import Array
from ablation.model.initializers import build_initializer
from ablation.spec.initializers import Initializer

INPUTS, UNITS = 200, 100


def start(seed: int = 0, **settings: Any) -> Array:
    spec: Initializer = TypeAdapter(Initializer).validate_python(settings)
    return np.asarray(build_initializer(spec, seed)((INPUTS, UNITS)))


def scaling(scale: float, mode: str, distribution: str) -> dict[str, Any]:
    return {"kind": "variance_scaling", "scale": scale, "mode": mode, "distribution": distribution}


# The standard deviation of each, from the number of inputs and outputs of the layer.
DEVIATIONS: dict[str, tuple[dict[str, Any], float]] = {
    "glorot_uniform": ({"kind": "glorot_uniform"}, math.sqrt(2 / (INPUTS + UNITS))),
    "glorot_normal": ({"kind": "glorot_normal"}, math.sqrt(2 / (INPUTS + UNITS))),
    "he_uniform": ({"kind": "he_uniform"}, math.sqrt(2 / INPUTS)),
    "he_normal": ({"kind": "he_normal"}, math.sqrt(2 / INPUTS)),
    "lecun_uniform": ({"kind": "lecun_uniform"}, math.sqrt(1 / INPUTS)),
    "lecun_normal": ({"kind": "lecun_normal"}, math.sqrt(1 / INPUTS)),
    "scaled_by_inputs": (scaling(3.0, "fan_in", "truncated_normal"), math.sqrt(3 / INPUTS)),
    "scaled_by_outputs": (scaling(3.0, "fan_out", "untruncated_normal"), math.sqrt(3 / UNITS)),
    "scaled_by_both": (scaling(3.0, "fan_avg", "uniform"), math.sqrt(3 / ((INPUTS + UNITS) / 2))),
    "random_uniform": ({"kind": "random_uniform"}, 0.1 / math.sqrt(12)),
    "random_normal": ({"kind": "random_normal"}, 0.05),
    # Of a normal distribution cut at two standard deviations.
    "truncated_normal": ({"kind": "truncated_normal"}, 0.05 * 0.87962566),
}


@pytest.mark.parametrize("name", DEVIATIONS)
def test_random_initializer_has_the_deviation_of_its_formula(name: str) -> None:
    settings, deviation = DEVIATIONS[name]
    drawn = start(**settings)
    assert abs(drawn.mean()) < deviation * 0.03
    assert drawn.std() == pytest.approx(deviation, rel=0.02)


@pytest.mark.parametrize("name", ["glorot_uniform", "he_uniform", "lecun_uniform", "scaled_by_both"])
def test_uniform_initializer_stays_within_its_limit(name: str) -> None:
    settings, deviation = DEVIATIONS[name]
    limit = deviation * math.sqrt(3)
    assert limit * 0.99 < np.abs(start(**settings)).max() <= limit


EXACT: dict[str, tuple[dict[str, Any], float]] = {
    "zeros": ({"kind": "zeros"}, 0.0),
    "ones": ({"kind": "ones"}, 1.0),
    "constant": ({"kind": "constant", "value": 0.25}, 0.25),
}


@pytest.mark.parametrize("name", EXACT)
def test_initializer_without_chance_gives_one_value(name: str) -> None:
    settings, value = EXACT[name]
    assert np.unique(start(**settings)).tolist() == [value]


def test_random_uniform_stays_within_its_bounds() -> None:
    drawn = start(kind="random_uniform", minval=1.0, maxval=3.0)
    assert 1.0 <= drawn.min() < 1.01
    assert 2.99 < drawn.max() <= 3.0


def test_random_normal_has_its_mean_and_deviation() -> None:
    drawn = start(kind="random_normal", mean=5.0, stddev=0.5)
    assert (drawn.mean(), drawn.std()) == (pytest.approx(5.0, abs=0.02), pytest.approx(0.5, rel=0.02))


def test_truncated_normal_stays_within_two_deviations_of_its_mean() -> None:
    drawn = start(kind="truncated_normal", mean=5.0, stddev=0.5)
    assert 4.0 <= drawn.min() < 4.02
    assert 5.98 < drawn.max() <= 6.0


def test_orthogonal_initializer_gives_orthogonal_columns_of_its_gain() -> None:
    drawn = start(kind="orthogonal", gain=2.0)
    np.testing.assert_allclose(drawn.T @ drawn, 4.0 * np.eye(UNITS), atol=1e-4)


def test_identity_initializer_gives_the_identity_of_its_gain() -> None:
    assert np.array_equal(start(kind="identity", gain=2.0), 2.0 * np.eye(INPUTS, UNITS))


RANDOM = [*(settings for settings, _ in DEVIATIONS.values()), {"kind": "orthogonal"}]


@pytest.mark.parametrize("settings", RANDOM, ids=[*DEVIATIONS, "orthogonal"])
def test_initializer_draws_the_same_for_equal_seeds_only(settings: dict[str, Any]) -> None:
    assert np.array_equal(start(3, **settings), start(3, **settings))
    assert not np.array_equal(start(3, **settings), start(4, **settings))


def test_every_kind_of_the_language_is_tested() -> None:
    models = get_args(get_args(Initializer)[0])
    kinds = {kind for model in models for kind in get_args(model.model_fields["kind"].annotation)}
    assert kinds == {settings["kind"] for settings, _ in [*DEVIATIONS.values(), *EXACT.values()]} | {
        "orthogonal",
        "identity",
    }
