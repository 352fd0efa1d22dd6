"""What a variant costs beside the baseline."""

from __future__ import annotations

import pytest

from ablation.analysis import Cost, cost_words
from ablation.analysis.comparing.costs import cost_of
from ablation.records import Determinism, TrialOutcome
from tests.analysis.outcomes import comparison_of, outcome


def on(device: str, threads: int = 1) -> Determinism:
    """Return what a trial was trained on."""
    return Determinism(
        level="seeded",
        backend="tensorflow",
        has_deterministic_operations=True,
        threads=threads,
        device=device,
        device_name="a device",
    )


def timed(variant: str, seed: int, train_s: float, **fields: object) -> TrialOutcome:
    """Return a finished trial that took so long."""
    return outcome(variant, seed, 1.0).model_copy(update={"train_s": train_s, "determinism": on("gpu"), **fields})


def test_time_ratio_is_the_geometric_mean_over_the_pairs() -> None:
    trials = [timed("base", 0, 1.0), timed("base", 1, 2.0), timed("big", 0, 2.0), timed("big", 1, 16.0)]
    cost = cost_of(trials, "big", "base")
    assert cost is not None and cost.time_ratio == pytest.approx(4.0)
    assert cost.time_low is not None and cost.time_low < 1 < 4 < (cost.time_high or 0)


def test_time_on_a_processor_is_that_of_the_cpu() -> None:
    # By the clock the second trial takes three times as long: something else was running.
    trials = [
        timed("base", 0, 1.0, cpu_s=1.0, determinism=on("cpu")),
        timed("same", 0, 3.0, cpu_s=1.0, determinism=on("cpu")),
    ]
    cost = cost_of(trials, "same", "base")
    assert cost is not None and cost.time_ratio == 1.0


@pytest.mark.parametrize(
    "fields",
    [{"determinism": on("cpu")}, {"determinism": on("gpu", threads=2)}, {"resumed_from": 3}, {"train_s": 0.0}],
    ids=["other device", "other threads", "resumed", "no time"],
)
def test_trials_whose_times_cannot_be_compared_are_not(fields: dict[str, object]) -> None:
    trials = [timed("base", 0, 1.0), timed("big", 0, 5.0).model_copy(update=fields)]
    assert cost_of(trials, "big", "base") is None


def test_parameters_are_told_without_times() -> None:
    trials = [
        outcome("base", 0, 1.0).model_copy(update={"parameters": 1000}),
        outcome("big", 0, 1.0).model_copy(update={"parameters": 1500}),
    ]
    cost = cost_of(trials, "big", "base")
    assert cost is not None
    assert (cost.time_ratio, cost.parameters, cost.parameters_ratio) == (None, 500, 1.5)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"time_ratio": 1.34, "time_low": 1.2, "time_high": 1.5}, "takes 1.3 x the time"),
        ({"time_ratio": 0.5, "time_low": 0.4, "time_high": 0.6}, "takes 0.5 x the time"),
        ({"time_ratio": 1.34, "time_low": 1.2, "time_high": 1.5, "seconds": 0.6}, "takes 1.3 x the time"),
        ({"time_ratio": 1.34, "time_low": 1.2, "time_high": 1.5, "seconds": 0.4}, ""),
        ({"time_ratio": 1.15, "time_low": 1.1, "time_high": 1.2}, ""),
        ({"time_ratio": 2.0, "time_low": 0.9, "time_high": 4.4}, ""),
        ({"time_ratio": 2.0}, ""),
        ({"parameters": 12_000, "parameters_ratio": 1.5}, "12,000 parameters more"),
        ({"parameters": -1, "parameters_ratio": 0.5}, "1 parameter fewer"),
        ({"parameters": 3, "parameters_ratio": 1.001}, ""),
        ({"parameters": 0, "parameters_ratio": 1.0}, ""),
        (
            {"time_ratio": 2.0, "time_low": 1.8, "time_high": 2.2, "parameters": 5, "parameters_ratio": 2.0},
            "takes 2 x the time, 5 parameters more",
        ),
    ],
)
def test_cost_is_said_where_it_is_certain_and_worth_a_word(fields: dict[str, float], expected: str) -> None:
    (effect,) = comparison_of({"a": {0: 1.0, 1: 1.1}, "b": {0: 1.0, 1: 1.2}}).effects
    cost = Cost(**({"time_ratio": None, "parameters": None} | fields))  # type: ignore[arg-type]
    assert cost_words(effect.model_copy(update={"cost": cost})) == expected
