"""A study worked out: its variants, its seeds, its trials."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ablation.spec.base import SpecModel
from ablation.spec.data import DataSpec
from ablation.spec.model import ModelSpec
from ablation.spec.reading.problems import Problem
from ablation.spec.seeds import SequentialSeeds
from ablation.spec.study import StudySpec
from ablation.spec.training import TrainingSpec


class TrialSpec(SpecModel):
    """All that makes a trial's result, apart from its seed: fully resolved, disabled layers gone."""

    data: DataSpec
    model: ModelSpec
    training: TrainingSpec


class Trial(SpecModel):
    """One variant trained with one seed."""

    study: str
    variant: str
    seed: int
    spec: TrialSpec

    @property
    def name(self) -> str:
        """A name for logs and lists."""
        return f"{self.variant} seed {self.seed}"


@dataclass(frozen=True)
class Variant:
    """A named set of changes and the spec that results; of a factorial study also its level of each factor."""

    name: str
    changes: dict[str, Any]
    spec: TrialSpec
    levels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Study:
    """A study worked out: what runs, in which order."""

    spec: StudySpec
    variants: tuple[Variant, ...]
    seeds: tuple[int, ...]  # of every variant; a study that adds seeds begins with them
    baseline: str
    warnings: tuple[Problem, ...] = ()

    @property
    def name(self) -> str:
        """The study's name."""
        return self.spec.study

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Every variant with every seed, variant by variant."""
        return self.trials_of({variant.name: self.seeds for variant in self.variants})

    @property
    def most_trials(self) -> int:
        """How many trials there are at most, with all the seeds that may be added."""
        seeds = self.spec.seeds
        return len(self.variants) * (seeds.max if isinstance(seeds, SequentialSeeds) else len(self.seeds))

    def trials_of(self, seeds: Mapping[str, Iterable[int]]) -> tuple[Trial, ...]:
        """Return the trials of some seeds by variant, variant by variant in the order of the study."""
        return tuple(
            Trial(study=self.name, variant=variant.name, seed=seed, spec=variant.spec)
            for variant in self.variants
            for seed in seeds.get(variant.name, ())
        )
