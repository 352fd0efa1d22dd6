from __future__ import annotations

import pytest

from ablation.training.preflight.reshapes import scrambled_axes

KEEPING = [
    ((28, 28), (28, 28, 1)),
    ((28, 28, 1), (28, 28)),
    ((784,), (28, 28, 1)),
    ((8, 8, 4), (256,)),
    ((8, 8, 4), (8, 32)),
    ((12, 3), (4, 3, 3)),
    ((2, 3, 8), (6, 4, 2)),
    ((1, 5), (5, 1)),
]


@pytest.mark.parametrize(("before", "after"), KEEPING)
def test_reshape_that_merges_or_splits_axes_keeps_neighbours(before: tuple[int, ...], after: tuple[int, ...]) -> None:
    assert scrambled_axes(before, after) is None


TEARING = [
    ((32, 32, 3), (3, 32, 32), (0, 1, 2)),
    ((28, 28), (56, 14), (0, 1)),
    ((4, 6), (6, 4), (0, 1)),
    ((5, 4, 6), (5, 6, 4), (1, 2)),
]


@pytest.mark.parametrize(("before", "after", "axes"), TEARING)
def test_reshape_across_axes_tears_neighbours_apart(
    before: tuple[int, ...], after: tuple[int, ...], axes: tuple[int, ...]
) -> None:
    assert scrambled_axes(before, after) == axes
