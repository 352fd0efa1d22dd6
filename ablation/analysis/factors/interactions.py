"""What two factors together do beyond the sum of what each does alone."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Mapping, Sequence

from ablation.analysis.comparing.pairing import ValuesBySeed
from ablation.analysis.effects import Interaction
from ablation.analysis.factors.designs import Contrast, Design, mean_contrast
from ablation.analysis.factors.estimates import Estimate, adjusted, estimate

Key = tuple[tuple[str, str], tuple[str, str]]
# The variants of each cell: with neither, with the first factor, the second, both.
Cells = tuple[Sequence[str], ...]


def interactions(design: Design, values: Mapping[str, ValuesBySeed]) -> tuple[Interaction, ...]:
    """Return the interaction of every two factors that the design can tell, for each two of their levels.

    both - first - second + neither, averaged over the groups of four variants that differ in these two factors alone.
    Of a fraction, whose groups are incomplete, from the means of the four cells, where no other effect of one or two
    factors has the same column.
    """
    cells = {key: found for key in _keys(design) if (found := _cells(design, key, values)) is not None}
    estimates = {key: estimate(_contrast(found), values) for key, found in cells.items()}
    p_values = adjusted(estimates)
    return tuple(_interaction(key, cells[key], found, values, p_values.get(key)) for key, found in estimates.items())


def _keys(design: Design) -> list[Key]:
    return [
        (factors, (first, second))
        for factors in itertools.combinations(design.factors, 2)
        for first in design.others_of(factors[0])
        for second in design.others_of(factors[1])
    ]


def _cells(design: Design, key: Key, values: Mapping[str, ValuesBySeed]) -> Cells | None:
    factors, wanted = key
    if groups := design.quadruples(factors, wanted):
        complete = [group for group in groups if all(values.get(name) for name in group)]
        return tuple([group[place] for group in complete] for place in range(4))
    if design.pairs(factors[0], wanted[0]) or design.pairs(factors[1], wanted[1]) or design.aliases(factors):
        return None
    off = (design.reference[factors[0]], design.reference[factors[1]])
    corners = (off, (wanted[0], off[1]), (off[0], wanted[1]), wanted)
    found = tuple(design.at(dict(zip(factors, corner, strict=True))) for corner in corners)
    return found if all(found) else None


def _contrast(cells: Cells) -> Contrast:
    neither, first, second, both = cells
    if not both:
        return {}
    # Each mean counts fully: the two differences are added, and not averaged.
    alone = mean_contrast(both, first)
    for name, weight in mean_contrast(neither, second).items():
        alone[name] = alone.get(name, 0.0) + weight
    return alone


def _interaction(
    key: Key, cells: Cells, found: Estimate, values: Mapping[str, ValuesBySeed], p_adjusted: float | None
) -> Interaction:
    low, high = found.interval or (None, None)
    neither, first, second, both = (_mean(names, found, values) for names in cells)
    return Interaction(
        factors=key[0],
        levels=key[1],
        difference=found.mean,
        low=low,
        high=high,
        seeds=len(found.values),
        cells=((neither, second), (first, both)),
        p_t=found.p_value,
        p_adjusted=p_adjusted,
    )


def _mean(names: Sequence[str], found: Estimate, values: Mapping[str, ValuesBySeed]) -> float | None:
    if not names or not found.values:
        return None
    return statistics.fmean(values[name][seed] for name in names for seed in found.values)
