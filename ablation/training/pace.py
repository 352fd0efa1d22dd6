"""How many steps one call takes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

MOMENT_S = 0.5  # between two looks at whether the process was told to end


class Pace:
    """Doubles the steps of a call until one lasts about half a moment; the result of the steps is the same."""

    def __init__(self) -> None:
        self._steps = 1

    @contextmanager
    def steps(self, most: int) -> Iterator[int]:
        """Give the number of steps to take in the block, at most so many."""
        wanted = min(self._steps, most)
        began = time.perf_counter()
        yield wanted
        if wanted == self._steps and time.perf_counter() - began < MOMENT_S / 2:
            self._steps *= 2
