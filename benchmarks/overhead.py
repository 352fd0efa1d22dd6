"""What 200 trials cost that have next to nothing to train, and the same command once they are finished."""

from __future__ import annotations

from ablation.settings import usable_cores
from ablation.spec import load_study
from benchmarks.arrays import prepare_study
from benchmarks.bench import Bench
from benchmarks.experiments import SPECS
from benchmarks.figures import Overhead, TrivialRun

SPEC = SPECS / "trivial.yaml"
MOST_OUTSIDE_S = 0.060
MOST_CPU_S = 1.5
MOST_RERUN_S = 6.0


def measure_overhead(bench: Bench, repeats: int) -> Overhead:
    """Run the trivial study on an empty store, then again on the same one."""
    prepare_study(load_study(SPEC), bench)
    return Overhead(
        workers=usable_cores(),
        most_outside_s=MOST_OUTSIDE_S,
        most_cpu_s=MOST_CPU_S,
        most_rerun_s=MOST_RERUN_S,
        runs=tuple(_run(bench) for _ in range(repeats)),
    )


def _run(bench: Bench) -> TrivialRun:
    place = bench.new_place()
    run, result = bench.run_study(place, SPEC)
    rerun, again = bench.run_study(place, SPEC)
    assert {trial["status"] for trial in again["trials"]} == {"cached"}, "the rerun trained something"
    print(f"trivial: run {run.wall_s:.1f} s, unchanged rerun {rerun.wall_s:.1f} s", flush=True)
    return TrivialRun(
        run=run,
        train_s=tuple(trial["train_s"] for trial in result["trials"]),
        trial_cpu_s=tuple(trial["cpu_s"] for trial in result["trials"]),
        rerun=rerun,
    )
