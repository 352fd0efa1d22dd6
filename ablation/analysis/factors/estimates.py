"""The value of a contrast with every seed, and what follows from them."""

from __future__ import annotations

import statistics
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from ablation.analysis.comparing.pairing import ValuesBySeed
from ablation.analysis.factors.designs import Contrast
from ablation.analysis.inference.intervals import Interval, paired_interval
from ablation.analysis.inference.significance import equivalence_test, holm, t_test

Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True)
class Estimate:
    """A contrast by seed."""

    values: ValuesBySeed

    @property
    def numbers(self) -> list[float]:
        """The values in the order of the seeds."""
        return [self.values[seed] for seed in sorted(self.values)]

    @property
    def mean(self) -> float | None:
        """The mean over the seeds, if there is any."""
        return statistics.fmean(self.numbers) if self.values else None

    @property
    def interval(self) -> Interval | None:
        """The Student t interval of the mean, from two seeds on."""
        return paired_interval(self.numbers)

    @property
    def p_value(self) -> float | None:
        """Of the t test of no effect."""
        return t_test(self.numbers)


def estimate(contrast: Contrast, values: Mapping[str, ValuesBySeed]) -> Estimate:
    """Return a contrast for every seed that has each of its variants."""
    if not contrast:
        return Estimate({})
    seeds = set.intersection(*(set(values.get(name, {})) for name in contrast))
    return Estimate(
        {seed: sum(weight * values[name][seed] for name, weight in contrast.items()) for seed in sorted(seeds)}
    )


def adjusted(estimates: Mapping[Name, Estimate]) -> dict[Name, float]:
    """Return the p values of no effect by Holm."""
    return holm({name: p for name, found in estimates.items() if (p := found.p_value) is not None})


def adjusted_equivalence(estimates: Mapping[Name, Estimate], margin: float | None) -> dict[Name, float]:
    """Return the p values of equivalence by Holm; none without a margin."""
    p_values = {name: equivalence_test(found.numbers, margin) for name, found in estimates.items()}
    return holm({name: p for name, p in p_values.items() if p is not None})
