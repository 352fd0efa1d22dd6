"""The variants of a factorial study by their levels: which of them differ in one factor only, which in two."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

Levels = Mapping[str, str]
# Weights of variants, by name: the effect is the weighted sum of their metrics.
Contrast = dict[str, float]


@dataclass(frozen=True)
class Design:
    """Every variant with its level of each factor, and the variant that the others are compared with."""

    levels: Mapping[str, Levels]
    baseline: str

    @cached_property
    def factors(self) -> tuple[str, ...]:
        """The factors, in the order of the spec."""
        return tuple(self.levels[self.baseline])

    @property
    def reference(self) -> Levels:
        """The levels of the baseline."""
        return self.levels[self.baseline]

    def levels_of(self, factor: str) -> tuple[str, ...]:
        """Return the levels of a factor that there are, in the order of the variants."""
        return tuple(dict.fromkeys(levels[factor] for levels in self.levels.values()))

    def others_of(self, factor: str) -> tuple[str, ...]:
        """Return the levels of a factor beside the one in the baseline."""
        return tuple(level for level in self.levels_of(factor) if level != self.reference[factor])

    def variant(self, levels: Levels) -> str | None:
        """Return the variant with exactly these levels."""
        return self._by_levels.get(tuple(levels[factor] for factor in self.factors))

    @property
    def is_full(self) -> bool:
        """Whether every combination of the levels is there."""
        return len(self.levels) == math.prod(len(self.levels_of(factor)) for factor in self.factors)

    def pairs(self, factor: str, level: str) -> list[tuple[str, str]]:
        """Return the variants with a level, each with the one that differs from it in having the reference level."""
        found = []
        for name, levels in self.levels.items():
            partner = self.variant({**levels, factor: self.reference[factor]})
            if levels[factor] == level and partner is not None:
                found.append((name, partner))
        return found

    def quadruples(self, factors: tuple[str, str], wanted: tuple[str, str]) -> list[tuple[str, str, str, str]]:
        """Return variants that differ in two factors only: with neither, with the first, the second, and both."""
        first, second = factors
        found = []
        for name, levels in self.levels.items():
            if (levels[first], levels[second]) != wanted:
                continue
            off = {first: self.reference[first], second: self.reference[second]}
            neither = self.variant({**levels, **off})
            alone = self.variant({**levels, second: off[second]})
            other = self.variant({**levels, first: off[first]})
            if neither is not None and alone is not None and other is not None:
                found.append((neither, alone, other, name))
        return found

    def at(self, wanted: Levels) -> list[str]:
        """Return the variants with these levels, whatever their other levels are."""
        return [name for name, levels in self.levels.items() if wanted.items() <= levels.items()]

    def signs(self, factors: Iterable[str]) -> tuple[int, ...]:
        """Return the column of a product of factors of two levels: -1 or 1 for every variant."""
        chosen = tuple(factors)
        return tuple(
            math.prod(1 if levels[factor] == self.reference[factor] else -1 for factor in chosen)
            for levels in self.levels.values()
        )

    def aliases(self, factors: tuple[str, ...]) -> tuple[str, ...]:
        """Return the effects of one or two factors that a fraction cannot tell from that of these."""
        column = self.signs(factors)
        opposite = tuple(-sign for sign in column)
        every = itertools.chain(((factor,) for factor in self.factors), itertools.combinations(self.factors, 2))
        return tuple(
            " x ".join(other) for other in every if other != factors and self.signs(other) in (column, opposite)
        )

    @cached_property
    def _by_levels(self) -> dict[tuple[str, ...], str]:
        return {tuple(levels[factor] for factor in self.factors): name for name, levels in self.levels.items()}


def mean_contrast(plus: Iterable[str], minus: Iterable[str]) -> Contrast:
    """Return the contrast of the mean of some variants less the mean of others; one may be in both, or twice in one."""
    contrast: Contrast = {}
    for names, sign in ((list(plus), 1.0), (list(minus), -1.0)):
        for name in names:
            contrast[name] = contrast.get(name, 0.0) + sign / len(names)
    return contrast
