"""The chart of a range test: what it marks, and that a cut axis says so."""

from __future__ import annotations

import re

import numpy as np
import pytest

from ablation.analysis import RateRange, judge_rates
from ablation.report import render_rate_range
from ablation.report.charts.rate import loss_domain

RATES = [float(rate) for rate in np.geomspace(1e-7, 10, 100)]
FALL = np.interp(range(100), [40, 60], [2.0, 0.5]).tolist()


def found(losses: list[float], *, own_rate: float = 1e-3, stop: str | None = None) -> RateRange:
    rates = RATES[: len(losses)]
    return judge_rates((2.0, rates, losses), planned_rates=(10.0, 100), stop=stop, own_rate=own_rate)  # type: ignore[arg-type]


def words(tested: RateRange) -> list[str]:
    svg = render_rate_range(tested, title="study, baseline seed 0").svg.decode()
    return re.findall(r"<t(?:ext|span)[^>]*>([^<]+)<", svg)


def test_chart_is_a_png_and_an_svg_that_says_its_finding() -> None:
    drawing = render_rate_range(found(FALL), title="study, baseline seed 0")
    assert drawing.png.startswith(b"\x89PNG")
    label = re.search(r'aria-label="([^"]*)"', drawing.svg.decode())
    assert label is not None
    assert label[1].startswith("study, baseline seed 0. Suggested learning rate: ")


def test_chart_marks_both_suggestions_and_the_rate_of_the_spec() -> None:
    tested = found(FALL, own_rate=2e-3)
    assert tested.steepest is not None and tested.minimum_tenth is not None
    shown = words(tested)
    assert f"steepest descent: {tested.steepest:.2g}" in shown
    assert f"minimum / 10: {tested.minimum_tenth:.2g}" in shown
    assert "the spec's: 0.002" in shown


def test_chart_without_a_fall_marks_the_rate_of_the_spec_alone() -> None:
    shown = words(found([2.0] * 100))
    assert "the spec's: 0.001" in shown
    assert not [text for text in shown if text.startswith(("steepest", "minimum"))]


@pytest.mark.parametrize(
    ("losses", "is_clipped"), [(FALL, False), ([*FALL[:75], 1e3, 1e30], True), ([*FALL[:75], 1.0], False)]
)
def test_cut_axis_says_so(losses: list[float], is_clipped: bool) -> None:
    tested = found(losses)
    assert loss_domain(tested).is_clipped is is_clipped
    assert ("clipped: some values lie outside the axis" in words(tested)) is is_clipped


def test_axis_shows_the_way_down_whatever_comes_after() -> None:
    domain = loss_domain(found([*FALL[:75], 1e3, 1e30]))
    assert domain.low < 0.5
    assert 2.0 < domain.high < 3.0


@pytest.mark.parametrize(("own_rate", "label"), [(1e-12, "1e-12"), (1e3, "1e+3")])
def test_rate_of_the_spec_beyond_the_test_is_on_the_axis(own_rate: float, label: str) -> None:
    shown = [text.replace("\N{MINUS SIGN}", "-") for text in words(found(FALL, own_rate=own_rate))]
    assert label in shown


@pytest.mark.parametrize("count", [1, 2])
def test_test_that_ended_at_once_is_drawn(count: int) -> None:
    assert render_rate_range(found([2.0] * count, stop="risen"), title="short").png
