from __future__ import annotations

import pytest

from benchmarks.__main__ import NAMES
from benchmarks.figures import Figures, read_results
from benchmarks.page import PAGE, render_page

from .figures import accuracy, overhead, result, side_by_side, start_up


@pytest.mark.parametrize(
    ("figures", "lines"),
    [
        (
            side_by_side(least_memory_ratio=9.0),
            [
                "| `ablate run`, 16 trials | 12.0 | 1.00 | 1.00 |",
                "| plain Keras | 60.0 | 1.00 | 5.00 |",
                "| **ratio** | **5.0** | 1.0 | 5.0 |",
                "3 repeats, wall seconds: `ablate run` 12.0, 10.0, 90.0; plain Keras 60.0, 60.0, 60.0.",
                "At least 3 x faster and 9 x less memory is asked for: **not met**.",
            ],
        ),
        (overhead(), ["| the run, wall | 20.0 | |", "All met."]),
        (start_up(), ["| `ablate validate specs/quickstart.yaml` ends | 0.30 |"]),
        (
            accuracy(-0.0123, 0.0323),
            [
                "| mnist | base | test_accuracy | 0.8100 ± 0.0141 | 0.8000 ± 0.0141 "
                "| +0.0100 | -0.0123 to +0.0323 | yes |"
            ],
        ),
    ],
    ids=["side_by_side", "overhead", "start_up", "accuracy"],
)
def test_page_shows_figures_with_their_machine_and_date(figures: Figures, lines: list[str]) -> None:
    page = render_page([result("some", figures)]).splitlines()
    assert [line for line in lines if line not in page] == []
    assert page[-1] == "2026-11-21, AMD EPYC, 2 cores, 24 GiB; keras 3.15.1."


def test_shipped_page_is_written_from_the_shipped_figures() -> None:
    results = read_results()
    assert results
    assert PAGE.read_text(encoding="utf-8") == render_page([results[name] for name in NAMES if name in results])
