"""Numbers with the precision that their interval allows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablation.analysis import decimals_for, format_number
from ablation.analysis.numbers import decimals_between


@pytest.mark.parametrize(
    ("half_width", "decimals"), [(0.02, 2), (0.014, 3), (0.2, 1), (3.0, 0), (30.0, -1), (0.0099, 3)]
)
def test_decimals_for_follow_the_first_digit_of_the_uncertainty(half_width: float, decimals: int) -> None:
    assert decimals_for(half_width) == decimals


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(0.2149, 2, "0.21"), (-0.001, 2, "0.00"), (1234.0, -2, "1200"), (0.12345, None, "0.123"), (2e-9, 9, "2e-09")],
)
def test_format_number_rounds_to_decimals(value: float, decimals: int | None, text: str) -> None:
    assert format_number(value, decimals) == text


def test_decimals_between_keep_an_end_apart_from_zero() -> None:
    assert format_number(0.004, decimals_between(0.004, 0.064, (0.0,))) == "0.004"


@given(st.floats(1e-6, 1e6))
def test_rounding_moves_a_value_by_at_most_a_quarter_of_its_uncertainty(half_width: float) -> None:
    assert 0.5 * 10.0 ** -decimals_for(half_width) <= 0.2500001 * half_width
