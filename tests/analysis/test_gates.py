from __future__ import annotations

from typing import Any

import pytest

from ablation.analysis import Bounds, GateStatus, gate_line, judge

from .outcomes import outcomes

# Seeds 0 to 3: mean 0.92, sd 0.0082, t(0.975, 3) = 3.182, so the interval is 0.907 to 0.933.
GOOD = {0: 0.91, 1: 0.92, 2: 0.92, 3: 0.93}
POOR = {0: 0.80, 1: 0.81, 2: 0.81, 3: 0.82}
TRIALS = outcomes({"good": GOOD, "poor": POOR}, metric="test_accuracy")


def bounds(**settings: Any) -> Bounds:
    return Bounds(**{"name": "gate", "variant": "good", "metric": "test_accuracy"} | settings)


CASES: dict[str, tuple[dict[str, Any], GateStatus]] = {
    "interval_above_the_minimum": ({"minimum": 0.9}, "passed"),
    "interval_below_the_minimum": ({"minimum": 0.95}, "failed"),
    "interval_around_the_minimum": ({"minimum": 0.92}, "inconclusive"),
    "interval_below_the_maximum": ({"maximum": 0.94}, "passed"),
    "interval_above_the_maximum": ({"maximum": 0.9}, "failed"),
    "interval_within_both": ({"minimum": 0.9, "maximum": 0.94}, "passed"),
    "interval_over_the_upper_of_both": ({"minimum": 0.9, "maximum": 0.93}, "inconclusive"),
    "difference_above_the_minimum": ({"relative_to": "poor", "minimum": 0.1}, "passed"),
    "difference_below_the_minimum": ({"relative_to": "poor", "minimum": 0.2}, "failed"),
    "metric_that_no_trial_has": ({"metric": "test_f1", "minimum": 0.0}, "failed"),
}


@pytest.mark.parametrize("name", CASES)
def test_gate_is_decided_by_the_whole_interval(name: str) -> None:
    settings, status = CASES[name]
    assert judge(bounds(**settings), TRIALS).status == status


def test_gate_keeps_the_interval_it_was_decided_by() -> None:
    result = judge(bounds(minimum=0.9), TRIALS)
    assert (result.mean, result.seeds) == (pytest.approx(0.92), 4)
    assert (result.low, result.high) == (pytest.approx(0.907, abs=5e-4), pytest.approx(0.933, abs=5e-4))


def test_gate_with_one_seed_is_inconclusive_however_good_it_is() -> None:
    result = judge(bounds(minimum=0.5), outcomes({"good": {0: 0.99}}, metric="test_accuracy"))
    assert (result.status, result.low) == ("inconclusive", None)
    assert "add seeds" in result.reason


def test_gate_with_a_failed_trial_never_passes() -> None:
    trials = [*TRIALS, *outcomes({"good": {4: float("nan")}}, metric="test_accuracy")]
    result = judge(bounds(minimum=0.9), trials)
    assert (result.status, result.reason) == ("inconclusive", "1 of 5 seeds have no result")


def test_gate_line_says_what_was_asked_and_what_was_found() -> None:
    line = gate_line(judge(bounds(minimum=0.95), TRIALS))
    assert line == (
        "gate gate failed: test_accuracy of good must be at least 0.95; "
        "it is 0.92 (95 % interval 0.91 to 0.93, 4 seeds): the whole interval is beyond the bound"
    )
    relative = gate_line(judge(bounds(relative_to="poor", maximum=0.2), TRIALS))
    assert relative.startswith(
        "gate gate passed: test_accuracy of good less that of poor must be at most 0.2; it is 0.11"
    )
