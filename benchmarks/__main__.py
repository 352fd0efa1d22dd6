"""Measure, keep the figures, write the page: `python -m benchmarks [NAME...] [--repeats N]`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from ablation.spec import SpecError, load_study
from benchmarks.accuracy import compare_accuracy
from benchmarks.bench import Bench, CommandFailed, open_bench
from benchmarks.experiments import EXPERIMENTS, Experiment
from benchmarks.figures import Figures, Result, write_result
from benchmarks.machine import describe
from benchmarks.overhead import measure_overhead
from benchmarks.page import write_page
from benchmarks.publishing import measure_publishing
from benchmarks.side_by_side import compare_speed
from benchmarks.start_up import measure_start_up

Benchmark = Callable[[Bench, int], Figures]

NAMES = (*(experiment.name for experiment in EXPERIMENTS), "accuracy", "trivial", "start_up", "publishing")


def main() -> int:
    """Run the named benchmarks, or all; return 1 where one was left out or is slower than it must be."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all when left out")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--page", action="store_true", help="only write the page from the figures there are")
    told = parser.parse_args()
    if unknown := set(told.names) - {*NAMES}:
        parser.error(f"no benchmark is named {', '.join(sorted(unknown))}; choose from {', '.join(NAMES)}")
    if told.page:
        write_page(NAMES)
        return 0
    return 0 if _measure(told.names or list(NAMES), told.repeats) else 1


def _measure(names: list[str], repeats: int) -> bool:
    if not os.environ.get("ABLATION_DATASETS"):
        print("ABLATION_DATASETS names no mirror: datasets are fetched from their own addresses.", file=sys.stderr)
    experiments = tuple(experiment for experiment in EXPERIMENTS if _is_readable(experiment))
    benchmarks: dict[str, Benchmark] = {each.name: partial(compare_speed, each) for each in experiments}
    benchmarks |= {
        "accuracy": lambda bench, _: compare_accuracy(experiments, bench),
        "trivial": measure_overhead,
        "start_up": measure_start_up,
        "publishing": measure_publishing,
    }
    chosen = [name for name in names if name in benchmarks]
    with open_bench() as bench:
        are_met = [_run(name, partial(benchmarks[name], bench, repeats)) for name in chosen]
    return all(are_met) and len(chosen) == len(names)


def _run(name: str, measure: Callable[[], Figures]) -> bool:
    """Measure, keep the figures and write the page anew, so that what comes later cannot lose them."""
    try:
        figures = measure()
    except CommandFailed as error:
        print(f"{name} has no figures: {error}", file=sys.stderr)
        return False
    write_result(Result(name=name, measured_on=datetime.now(UTC).date(), machine=describe(), figures=figures))
    write_page(NAMES)
    print(f"{name}: {'met' if figures.is_met else 'NOT met'}", flush=True)
    return figures.is_met


def _is_readable(experiment: Experiment) -> bool:
    """Whether this version's language has what the experiment's spec says; else say what it lacks."""
    try:
        load_study(experiment.path, overrides=experiment.overrides)
    except SpecError as error:
        print(f"{experiment.name} is left out, this version cannot read its spec:\n{error}", file=sys.stderr)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
