"""Regular two-level fractions of a factorial design."""

from __future__ import annotations

MIN_FACTORS = 3
MAX_FACTORS = 40


def fraction(count: int, resolution: int) -> list[tuple[int, ...]] | None:
    """Return the runs of the smallest known fraction of a resolution, each with a level, 0 or 1, for every factor.

    The first run has every factor at level 0, so that it can be the baseline: of the equivalent fractions that signs of
    generators give, the one that contains it is taken.

    Args:
        count: Number of factors.
        resolution: 3, 4 or 5.

    Returns:
        The runs, or None when no fraction is smaller than all combinations.

    Source: Box, Hunter and Hunter, Statistics for Experimenters, chapter 6; generators by pydoe.
    """
    if not MIN_FACTORS <= count <= MAX_FACTORS:
        return None
    from pydoe import fracfact_by_res

    signs = fracfact_by_res(count, resolution)
    if len(signs) >= 2**count:
        return None
    return [tuple(int(sign != first) for sign, first in zip(run, signs[0], strict=True)) for run in signs]
