"""What the benchmarks measure, as records: one JSON file a benchmark, from which the page is written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from statistics import median
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from ablation.records import Record

RESULTS = Path(__file__).parent / "results"


class Machine(Record):
    """What the figures were measured on."""

    processor: str
    cores: int
    memory_bytes: int
    versions: dict[str, str]


class Measured(Record):
    """What a command took, with all that it started."""

    exit_code: int
    wall_s: float
    cpu_s: float
    peak_bytes: int = Field(description="Highest sum of the processes' proportional set sizes.")


class SideBySide(Record):
    """Repeats of one study and of the plain script."""

    kind: Literal["side_by_side"] = "side_by_side"
    title: str
    trials: int
    least_speedup: float
    least_memory_ratio: float | None
    ours: tuple[Measured, ...]
    plain: tuple[Measured, ...]
    plain_share: float = Field(description="Share of the trials that the plain way trained; their time is scaled up.")

    @property
    def speedup(self) -> float:
        """Times faster than the plain way, of the medians."""
        return median_of(self.plain, "wall_s") / median_of(self.ours, "wall_s")

    @property
    def cpu_ratio(self) -> float:
        """Times less CPU time than the plain way, of the medians."""
        return median_of(self.plain, "cpu_s") / median_of(self.ours, "cpu_s")

    @property
    def memory_ratio(self) -> float:
        """Times less peak memory than the plain way, of the medians."""
        return median_of(self.plain, "peak_bytes") / median_of(self.ours, "peak_bytes")

    @property
    def is_met(self) -> bool:
        """Whether both ratios are as high as they must be."""
        return self.speedup >= self.least_speedup and self.memory_ratio >= (self.least_memory_ratio or 0.0)


class Scores(Record):
    """The score of one variant by seed, both ways."""

    experiment: str
    variant: str
    metric: str
    ours: tuple[float, ...]
    plain: tuple[float, ...]
    difference: float = Field(description="Ours less plain, of the means.")
    low: float = Field(description="Of the difference's 95 % interval (Welch).")
    high: float

    @property
    def is_met(self) -> bool:
        """Whether no difference shows."""
        return self.low <= 0.0 <= self.high


class Accuracy(Record):
    """Scores of all experiments."""

    kind: Literal["accuracy"] = "accuracy"
    scores: tuple[Scores, ...]

    @property
    def is_met(self) -> bool:
        """Whether no difference shows in any of them."""
        return all(score.is_met for score in self.scores)


class TrivialRun(Record):
    """A run of trials that have next to nothing to train, and the same command again."""

    run: Measured
    train_s: tuple[float, ...] = Field(description="Of each trial, in its process.")
    trial_cpu_s: tuple[float, ...] = Field(description="Of each trial's process.")
    rerun: Measured


class Overhead(Record):
    """What a trial costs beside its training."""

    kind: Literal["overhead"] = "overhead"
    workers: int
    most_outside_s: float
    most_cpu_s: float
    most_rerun_s: float
    runs: tuple[TrivialRun, ...]

    @property
    def trials(self) -> int:
        """Trials of a run."""
        return len(self.runs[0].train_s)

    @property
    def outside_s(self) -> float:
        """Wall time a trial that is no training: the run's, less that of training on all workers; start-up included."""
        return median((run.run.wall_s - sum(run.train_s) / self.workers) / self.trials for run in self.runs)

    @property
    def outside_cpu_s(self) -> float:
        """CPU time a trial of everything but the trials' processes, start-up included."""
        return median((run.run.cpu_s - sum(run.trial_cpu_s)) / self.trials for run in self.runs)

    @property
    def cpu_s(self) -> float:
        """Median CPU time of a trial's process."""
        return median(seconds for run in self.runs for seconds in run.trial_cpu_s)

    @property
    def highest_cpu_s(self) -> float:
        """CPU time of the dearest trial's process."""
        return max(seconds for run in self.runs for seconds in run.trial_cpu_s)

    @property
    def is_met(self) -> bool:
        """Whether everything stays below its bound."""
        rerun_s = median(run.rerun.wall_s for run in self.runs)
        return self.outside_s < self.most_outside_s and self.cpu_s < self.most_cpu_s and rerun_s < self.most_rerun_s


class StartUp(Record):
    """Seconds until something happens."""

    kind: Literal["start_up"] = "start_up"
    validate_s: tuple[float, ...]
    trial_s: tuple[float, ...] = Field(description="To the first trial's process, a Prefect server running.")
    trial_without_server_s: tuple[float, ...] = Field(description="The same, with a temporary server.")
    is_met: Literal[True] = True


class Transfer(Record):
    """What bringing a set of files to a server took, in seconds; on one machine client and server share the cores."""

    wall_s: float
    client_cpu_s: float
    server_cpu_s: float


class FileSet(Record):
    """Files of one size that were published, and copied by rclone."""

    files: int
    bytes_each: int
    ours: tuple[Transfer, ...]
    rclone: tuple[Transfer, ...]

    @property
    def ours_s(self) -> float:
        """Wall time of publishing them, the median."""
        return median(each.wall_s for each in self.ours)

    @property
    def rclone_s(self) -> float:
        """Wall time of rclone's copying, the median."""
        return median(each.wall_s for each in self.rclone)

    @property
    def share(self) -> float:
        """Our throughput as a share of rclone's."""
        return self.rclone_s / self.ours_s

    @property
    def megabytes_per_s(self) -> float:
        """Our throughput."""
        return self.files * self.bytes_each / self.ours_s / 1e6


class Publishing(Record):
    """How fast files come into the store."""

    kind: Literal["publishing"] = "publishing"
    least_share: float
    sets: tuple[FileSet, ...]

    @property
    def is_met(self) -> bool:
        """Whether every set is published nearly as fast as rclone copies it."""
        return all(each.share >= self.least_share for each in self.sets)


Figures = Annotated[SideBySide | Accuracy | Overhead | StartUp | Publishing, Field(discriminator="kind")]


class Result(Record):
    """The figures of one benchmark, and where and when they were measured."""

    name: str
    measured_on: date
    machine: Machine
    figures: Figures


_RESULT = TypeAdapter(Result)


def write_result(result: Result, folder: Path = RESULTS) -> None:
    """Keep a benchmark's figures in place of its earlier ones."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{result.name}.json").write_text(result.model_dump_json(indent=1) + "\n", encoding="utf-8")


def read_results(folder: Path = RESULTS) -> dict[str, Result]:
    """Return the figures there are, by benchmark."""
    results = (_RESULT.validate_json(path.read_bytes()) for path in sorted(folder.glob("*.json")))
    return {result.name: result for result in results}


def median_of(measured: Iterable[Measured], field: str) -> float:
    """Return the median of a field over repeats."""
    return float(median(getattr(each, field) for each in measured))
