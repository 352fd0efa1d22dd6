"""How long an epoch of the IMDB study takes, and how much memory: through the engine and as the write-up does it.

Run: ABLATION_DATASETS=<folder with imdb.npz> python benchmarks/imdb.py
Expected: docs/benchmarks.md, in about 3 minutes on two quiet cores.

An epoch is a pass over 25,000 reviews and the validation on 25,000 others. `fit` of one epoch also compiles, and the
write-up's way turns float64 into float32 in it. Both ways take turns and have the same threads; of the rounds the
quickest counts.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from ablation.data import PreparedRef, prepare
from ablation.processes import ProcessEnd, run_isolated
from ablation.settings import Settings
from ablation.spec import Trial, find_dataset, load_study
from ablation.training import RESULT, TRAIN, TrainJob, TrainResult, read_progress

SPEC = Path(__file__).parents[1] / "specs" / "seeds" / "imdb_overfitting.yaml"
ROUNDS = 2
EPOCHS = 5
WATCH_S = 0.02


class Measured(NamedTuple):
    """One variant, trained one way."""

    first_s: float
    later_s: float
    peak_bytes: float

    @property
    def mean_s(self) -> float:
        """Seconds of an epoch of the study, which trains 20."""
        return (self.first_s + 19 * self.later_s) / 20


def main() -> None:
    """Print a table: a line a variant, and the peak of memory of what goes before."""
    with tempfile.TemporaryDirectory() as name:
        settings = Settings(cache_dir=Path(name) / "cache")
        jobs = [_job(trial, settings) for trial in load_study(SPEC).trials if trial.seed == 0]
        print("seconds   `fit` of one epoch        a later epoch             mean of 20 epochs         peak memory, GB")
        print("variant " + "     ours   theirs   ratio" * 3 + "     ours   theirs")
        with _plain_way(jobs[0].prepared, settings) as plain:
            for job in jobs:
                _print_line(job.trial.variant, *_measure(job, plain, Path(name)))
    print(f"peak memory of preparing: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9:.2f} GB")


def _measure(job: TrainJob, plain: subprocess.Popen[str], directory: Path) -> tuple[Measured, Measured]:
    ours, theirs = [], []
    for number in range(ROUNDS):
        ours.append(_train(job, directory / f"{job.trial.variant}-{number}"))
        theirs.append(_ask(plain, job.trial.variant))
    return _best(ours), _best(theirs)


def _best(rounds: list[Measured]) -> Measured:
    first_s, later_s, peak_bytes = zip(*rounds, strict=True)
    return Measured(min(first_s), min(later_s), max(peak_bytes))


def _print_line(variant: str, ours: Measured, theirs: Measured) -> None:
    pairs = [(ours.first_s, theirs.first_s), (ours.later_s, theirs.later_s), (ours.mean_s, theirs.mean_s)]
    columns = "".join(f"{mine:9.2f}{other:9.2f}{other / mine:8.1f}" for mine, other in pairs)
    print(f"{variant:8}{columns}{ours.peak_bytes / 1e9:9.2f}{theirs.peak_bytes / 1e9:9.2f}", flush=True)


def _job(trial: Trial, settings: Settings) -> TrainJob:
    dataset = find_dataset(trial.spec.data.dataset)
    assert dataset is not None
    prepared = prepare(trial.spec.data, dataset, trial.seed, settings)
    threads = len(os.sched_getaffinity(0))
    return TrainJob(trial=trial, prepared=prepared, cache_dir=str(settings.cache_dir), threads=threads)


def _train(job: TrainJob, directory: Path) -> Measured:
    training = job.trial.spec.training.model_copy(update={"epochs": EPOCHS})
    spec = job.trial.spec.model_copy(update={"training": training})
    told = job.model_copy(update={"trial": job.trial.model_copy(update={"spec": spec})}).model_dump_json()
    with ThreadPoolExecutor(1) as worker:
        end = worker.submit(run_isolated, TRAIN, told, directory, timeout_s=600)
        times_s = _watch(directory, end)
    assert end.result().reason == "done", end.result().error
    first_s, *later_s = (end - begin for begin, end in pairwise(times_s))
    result = TrainResult.model_validate_json((directory / RESULT).read_bytes())
    return Measured(first_s, min(later_s), result.peak_rss_bytes)


def _watch(directory: Path, end: Future[ProcessEnd]) -> list[float]:
    """Return when the first epoch began and when each ended."""
    times_s: dict[int, float] = {}
    while not end.done():
        if progress := read_progress(directory):
            times_s[progress.epoch] = progress.updated_at
        time.sleep(WATCH_S)
    return [times_s[epoch] for epoch in sorted(times_s)]


@contextmanager
def _plain_way(prepared: PreparedRef, settings: Settings) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(Path(__file__).with_name("imdb_plain.py"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        print(json.dumps([prepared.model_dump_json(), str(settings.cache_dir)]), file=process.stdin, flush=True)
        yield process
        process.stdin.close()


def _ask(plain: subprocess.Popen[str], variant: str) -> Measured:
    assert plain.stdin is not None
    assert plain.stdout is not None
    print(variant, file=plain.stdin, flush=True)
    return Measured(*json.loads(plain.stdout.readline()))


if __name__ == "__main__":
    main()
