"""One experiment both ways: `ablate run`, and the write-up's way, one `fit` after another in one process."""

from __future__ import annotations

from pathlib import Path
from statistics import mean

from ablation.spec import load_study
from benchmarks.arrays import prepare_study, write_arrays
from benchmarks.bench import Bench
from benchmarks.experiments import Experiment
from benchmarks.figures import Measured, SideBySide


def compare_speed(experiment: Experiment, bench: Bench, repeats: int) -> SideBySide:
    """Measure an experiment both ways, in turns; every second repeat begins with the other way."""
    study = load_study(experiment.path, overrides=experiment.overrides)
    names = [variant.name for variant in study.variants]
    prepare_study(study, bench)
    arrays = write_arrays(experiment.path, experiment.arrays, bench)
    ours: list[Measured] = []
    plain: list[Measured] = []
    for repeat in range(repeats):
        if repeat % 2:
            plain.append(fit_plainly(experiment, arrays, names, repeat, bench))
        ours.append(bench.run_study(bench.new_place(), experiment.path, experiment.overrides)[0])
        if not repeat % 2:
            plain.append(fit_plainly(experiment, arrays, names, repeat, bench))
        print(
            f"{experiment.name}: ablate run {ours[-1].wall_s:.1f} s, plain Keras {plain[-1].wall_s:.1f} s", flush=True
        )
    return SideBySide(
        title=experiment.title,
        trials=len(study.trials),
        least_speedup=experiment.least_speedup,
        least_memory_ratio=experiment.least_memory_ratio,
        ours=tuple(ours),
        plain=tuple(plain),
        plain_share=(experiment.timed or len(names)) / len(names),
    )


def fit_plainly(experiment: Experiment, arrays: Path, names: list[str], repeat: int, bench: Bench) -> Measured:
    """Measure the plain script; of those it leaves out in this repeat, each counts as long as the mean `fit`."""
    count = experiment.timed or len(names)
    timed = [names[(repeat * count + place) % len(names)] for place in range(count)]
    script = f"benchmarks.plain.{experiment.plain}"
    measured, fits = bench.measure(bench.new_place(), script, str(arrays), "--only", *timed)
    left_out = len(names) - count
    return measured.model_copy(
        update={
            "wall_s": measured.wall_s + left_out * mean(fit["wall_s"] for fit in fits),
            "cpu_s": measured.cpu_s + left_out * mean(fit["cpu_s"] for fit in fits),
        }
    )
