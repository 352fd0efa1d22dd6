"""Simulated studies whose truth is known: what trials of one seed share, and noise and an effect of each variant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from ablation.analysis import Comparison, analyze_factors, compare
from ablation.records import TrialOutcome, TrialStatus

from .outcomes import outcome

# Of one trial about its seed and variant; a difference of two has sqrt(2) x as much.
NOISE = 0.01
SD = NOISE * 2**0.5
Noise = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]


def normal(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Draw noise of sd 1."""
    return generator.normal(size=shape)


def heavy_tailed(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Draw noise of which a few are far out."""
    return generator.standard_t(3, size=shape) / 3**0.5


def skewed(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Draw noise that is far out to one side, as losses are."""
    return generator.exponential(size=shape) - 1


def studies(
    count: int,
    effects: Mapping[str, float],
    *,
    seeds: int = 5,
    noise: Noise = normal,
    statuses: Mapping[tuple[str, int], TrialStatus] | None = None,
) -> Iterator[list[TrialOutcome]]:
    """Yield the trials of studies; the first variant is the baseline, each has its effect on a loss near 0.5."""
    generator = np.random.default_rng(39)
    ended = statuses or {}
    shared = 0.5 + 0.05 * generator.normal(size=(count, seeds, 1))
    values = shared + np.array(list(effects.values())) + NOISE * noise(generator, (count, seeds, len(effects)))
    for study in values.tolist():
        yield [
            outcome(variant, seed, study[seed][place], status=ended.get((variant, seed), "trained"))
            for place, variant in enumerate(effects)
            for seed in range(seeds)
        ]


def compared(trials: list[TrialOutcome], *, margin: float | None = None) -> Comparison:
    """Compare the trials of a study with its first variant."""
    variants = list(dict.fromkeys(trial.variant for trial in trials))
    return compare(trials, metric="val_loss", direction="min", baseline=variants[0], margin=margin, variants=variants)


def analyzed(trials: list[TrialOutcome], levels: Mapping[str, Mapping[str, str]]) -> Comparison:
    """Compare the trials of a study of factors."""
    return analyze_factors(compared(trials), trials, levels)
