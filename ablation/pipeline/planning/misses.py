"""Why a planned trial is not finished already: what sets it apart from the finished trial that is most like it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Literal

from pydantic import Field

from ablation.pipeline.planning.past_trials import PastTrial
from ablation.pipeline.records import PlannedTrial
from ablation.records import Record
from ablation.spec import Surroundings, differences


class DifferenceRecord(Record):
    """One place where a resolved spec differs from another."""

    path: str
    change: Literal["changed", "added", "removed"]
    before: Any
    after: Any


class Miss(Record):
    """A trial that must be trained, beside the finished trial that is most like it."""

    variant: str
    seed: int
    nearest_variant: str | None = Field(description="None where no trial of the study was finished.")
    nearest_seed: int | None
    spec: tuple[DifferenceRecord, ...] = Field(default=(), description="From the finished trial's spec to this one's.")
    surroundings: dict[str, tuple[str, str]] = Field(
        default={}, description="Data, code and versions that differ: by name, then and now."
    )

    @property
    def parts(self) -> int:
        """In how many places the two differ, the seed included."""
        return len(self.spec) + len(self.surroundings) + (self.seed != self.nearest_seed)


def find_misses(trials: tuple[PlannedTrial, ...], past: tuple[PastTrial, ...]) -> tuple[Miss, ...]:
    """Return, for each planned trial that no finished one is equal to, what differs from the nearest finished one."""
    finished = {trial.outcome.fingerprint for trial in past}
    return tuple(_miss(planned, past) for planned in trials if planned.fingerprint not in finished)


def _miss(planned: PlannedTrial, past: tuple[PastTrial, ...]) -> Miss:
    trial = planned.trial
    candidates = [_compared(planned, other.planned) for other in past]
    nothing = Miss(variant=trial.variant, seed=trial.seed, nearest_variant=None, nearest_seed=None)
    return min(candidates, key=_distance, default=nothing)


def _distance(miss: Miss) -> tuple[object, ...]:
    """Return what orders candidates: of those equally near, people look for one of the same name, then seed."""
    names = miss.variant != miss.nearest_variant, miss.seed != miss.nearest_seed
    return miss.parts, *names, miss.nearest_variant, miss.nearest_seed


def _compared(planned: PlannedTrial, other: PlannedTrial) -> Miss:
    return Miss(
        variant=planned.trial.variant,
        seed=planned.trial.seed,
        nearest_variant=other.trial.variant,
        nearest_seed=other.trial.seed,
        spec=tuple(DifferenceRecord(**asdict(each)) for each in differences(other.trial.spec, planned.trial.spec)),
        surroundings=dict(_changed(other.surroundings, planned.surroundings)),
    )


def _changed(before: Surroundings, after: Surroundings) -> Iterator[tuple[str, tuple[str, str]]]:
    if before.dataset_sha256 != after.dataset_sha256:
        yield "data", (before.dataset_sha256, after.dataset_sha256)
    if before.code_sha256 != after.code_sha256:
        yield "code", (before.code_sha256, after.code_sha256)
    for name in sorted(before.versions.keys() | after.versions.keys()):
        versions = before.versions.get(name, "none"), after.versions.get(name, "none")
        if versions[0] != versions[1]:
            yield name, versions
