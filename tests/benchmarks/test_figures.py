from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.figures import Figures, read_results, write_result

from .figures import accuracy, overhead, result, side_by_side, start_up


def test_speedup_is_of_the_medians() -> None:
    figures = side_by_side()
    assert figures.speedup == 5.0  # 60 s by 12 s: the repeat of 90 s does not count
    assert figures.memory_ratio == 5.0


@pytest.mark.parametrize(
    ("least_speedup", "least_memory_ratio", "is_met"),
    [(3.0, None, True), (5.0, 5.0, True), (5.1, None, False), (3.0, 9.0, False)],
)
def test_side_by_side_is_met_when_both_ratios_are_reached(
    least_speedup: float, least_memory_ratio: float | None, is_met: bool
) -> None:
    assert side_by_side(least_speedup, least_memory_ratio).is_met is is_met


def test_overhead_is_what_is_no_training() -> None:
    figures = overhead()
    assert figures.trials == 2
    assert figures.outside_s == 6.0  # (20 s - 16 s of training / 2 workers) / 2 trials
    assert figures.outside_cpu_s == pytest.approx(13.9)  # (30 s - 2.2 s) / 2 trials
    assert figures.cpu_s == pytest.approx(1.1)
    assert figures.highest_cpu_s == 1.2


@pytest.mark.parametrize(("rerun_s", "is_met"), [(5.0, True), (6.0, False)])
def test_overhead_is_met_when_the_rerun_is_quick(rerun_s: float, is_met: bool) -> None:
    assert overhead(rerun_s).is_met is is_met


@pytest.mark.parametrize(("low", "high", "is_met"), [(-0.01, 0.03, True), (0.002, 0.018, False)])
def test_accuracy_is_met_when_the_interval_contains_zero(low: float, high: float, is_met: bool) -> None:
    assert accuracy(low, high).is_met is is_met


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    figures: dict[str, Figures] = {
        "mnist": side_by_side(),
        "trivial": overhead(),
        "accuracy": accuracy(-0.1, 0.1),
        "start_up": start_up(),
    }
    results = {name: result(name, each) for name, each in figures.items()}
    for each in results.values():
        write_result(each, tmp_path)
    assert read_results(tmp_path) == results


def test_result_that_is_written_again_replaces_only_itself(tmp_path: Path) -> None:
    for each in (
        result("mnist", side_by_side(3.0)),
        result("imdb", side_by_side()),
        result("mnist", side_by_side(4.0)),
    ):
        write_result(each, tmp_path)
    assert read_results(tmp_path) == {
        "imdb": result("imdb", side_by_side()),
        "mnist": result("mnist", side_by_side(4.0)),
    }
