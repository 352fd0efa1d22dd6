"""The plots that are drawn without Vega."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from ablation.report.drawing.domain import Domain
from ablation.report.drawing.line_plot import Line, LinePlot
from ablation.report.drawing.ticks import tick_labels, value_ticks

NAMESPACE = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 1.0, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (0.27, 4.05, ["1", "2", "3", "4"]),
        (2.335, 2.397, ["2.34", "2.35", "2.36", "2.37", "2.38", "2.39"]),
        (-0.003, 0.003, ["-0.003", "-0.002", "-0.001", "0.000", "0.001", "0.002", "0.003"]),
        (0.0, 12000.0, ["0", "2,000", "4,000", "6,000", "8,000", "10,000", "12,000"]),
        (0.0, 6e30, ["0", "1e+30", "2e+30", "3e+30", "4e+30", "5e+30", "6e+30"]),
        (1e-9, 5e-9, ["1e-09", "2e-09", "3e-09", "4e-09", "5e-09"]),
    ],
)
def test_value_ticks_are_round_and_told_apart_by_their_labels(low: float, high: float, expected: list[str]) -> None:
    assert tick_labels(value_ticks(low, high)) == expected


def test_line_is_interrupted_where_a_value_is_missing() -> None:
    plot = LinePlot(
        name="loss",
        lines=[Line("#123456", [(1, 0.0), (2, 1.0), (3, None), (4, 0.5), (5, 0.0)])],
        domain=Domain(0.0, 1.0, is_clipped=False),
        ticks=[1, 5],
        epochs=(1, 5),
        note="",
        has_points=False,
    )
    svg = f'<svg xmlns="http://www.w3.org/2000/svg">{plot.svg(10, 20)}</svg>'
    (path,) = ElementTree.fromstring(svg).iter(f"{NAMESPACE}path")
    assert path.get("d") == "M0.0,190.0L82.5,0.0M247.5,95.0L330.0,190.0"


def test_single_epoch_is_in_the_middle() -> None:
    plot = LinePlot("loss", [], Domain(0.0, 1.0, is_clipped=False), [1], (1, 1), "", has_points=True)
    assert plot.x(1) == 165.0
