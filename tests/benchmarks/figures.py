"""Figures of every kind, as benchmarks measure them."""

from __future__ import annotations

from datetime import date

from benchmarks.figures import (
    Accuracy,
    Figures,
    Machine,
    Measured,
    Overhead,
    Result,
    Scores,
    SideBySide,
    StartUp,
    TrivialRun,
)


def measured(wall_s: float, *, cpu_s: float = 1.0, gigabytes: int = 1) -> Measured:
    return Measured(exit_code=0, wall_s=wall_s, cpu_s=cpu_s, peak_bytes=gigabytes * 10**9)


def side_by_side(least_speedup: float = 3.0, least_memory_ratio: float | None = None) -> SideBySide:
    return SideBySide(
        title="Some experiment",
        trials=16,
        least_speedup=least_speedup,
        least_memory_ratio=least_memory_ratio,
        ours=(measured(12.0), measured(10.0), measured(90.0)),
        plain=(measured(60.0, gigabytes=5),) * 3,
        plain_share=0.5,
    )


def overhead(rerun_s: float = 5.0) -> Overhead:
    run = TrivialRun(
        run=measured(20.0, cpu_s=30.0), train_s=(8.0, 8.0), trial_cpu_s=(1.0, 1.2), rerun=measured(rerun_s)
    )
    return Overhead(workers=2, most_outside_s=6.5, most_cpu_s=1.5, most_rerun_s=6.0, runs=(run,))


def accuracy(low: float, high: float) -> Accuracy:
    scores = Scores(
        experiment="mnist",
        variant="base",
        metric="test_accuracy",
        ours=(0.80, 0.82),
        plain=(0.79, 0.81),
        difference=0.01,
        low=low,
        high=high,
    )
    return Accuracy(scores=(scores,))


def start_up() -> StartUp:
    return StartUp(validate_s=(0.3, 0.2, 0.4), trial_s=(8.0,), trial_without_server_s=(11.5,))


def result(name: str, figures: Figures) -> Result:
    machine = Machine(processor="AMD EPYC", cores=2, memory_bytes=24 * 2**30, versions={"keras": "3.15.1"})
    return Result(name=name, measured_on=date(2026, 11, 21), machine=machine, figures=figures)
