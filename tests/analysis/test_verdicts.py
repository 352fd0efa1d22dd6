"""From an interval to a verdict."""

from __future__ import annotations

import pytest

from ablation.analysis import Verdict
from ablation.analysis.comparing.verdicts import verdict_among, verdict_of


@pytest.mark.parametrize(
    ("low", "high", "margin", "expected"),
    [
        (-0.3, -0.1, None, "helps"),
        (0.1, 0.3, None, "hurts"),
        (-0.1, 0.3, None, "inconclusive"),
        (0.0, 0.3, None, "inconclusive"),
        (-1e-9, 1e-9, None, "inconclusive"),
        (0.0, 0.0, 0.0, "inconclusive"),
        (-0.3, -0.1, 0.05, "helps"),
        (-0.3, -0.01, 0.05, "inconclusive"),
        (0.1, 0.3, 0.05, "hurts"),
        (-0.04, 0.03, 0.05, "equivalent"),
        (-0.04, -0.01, 0.05, "equivalent"),
        (-0.05, 0.03, 0.05, "inconclusive"),
        (-0.3, 0.3, 0.05, "inconclusive"),
    ],
)
def test_verdict_of_a_loss_follows_the_interval_and_margin(
    low: float, high: float, margin: float | None, expected: Verdict
) -> None:
    assert verdict_of((low, high), direction="min", margin=margin) == expected


def test_verdict_of_an_accuracy_is_the_other_way_round() -> None:
    assert verdict_of((0.1, 0.3), direction="max", margin=None) == "helps"
    assert verdict_of((-0.3, -0.1), direction="max", margin=0.05) == "hurts"


def test_verdict_without_an_interval_is_inconclusive() -> None:
    assert verdict_of(None, direction="min", margin=0.05) == "inconclusive"


@pytest.mark.parametrize(
    ("alone", "p_difference", "p_equivalence", "expected"),
    [
        ("helps", 0.05, None, "helps"),
        ("helps", 0.051, None, "inconclusive"),
        ("hurts", 0.01, 0.9, "hurts"),
        ("hurts", 0.2, 0.01, "inconclusive"),
        ("equivalent", 0.9, 0.04, "equivalent"),
        ("equivalent", 0.01, 0.06, "inconclusive"),
        ("inconclusive", 0.001, 0.001, "inconclusive"),
        ("helps", None, None, "inconclusive"),
    ],
)
def test_verdict_among_many_needs_its_own_adjusted_test(
    alone: Verdict, p_difference: float | None, p_equivalence: float | None, expected: Verdict
) -> None:
    assert verdict_among(alone, p_difference=p_difference, p_equivalence=p_equivalence) == expected
