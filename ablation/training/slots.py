"""How many trials train at the same time, in which order, and whether they still should."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ablation.training.isolation import is_stopping

POLL_S = 0.1


class Slots:
    """A fixed number of places of one run; of those that wait, the one with the lowest position comes next."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: list[int] = []
        self._changed = threading.Condition()
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """End every trial of the run, running or waiting."""
        self._cancelled.set()

    def is_cancelled(self) -> bool:
        """Whether the run's trials should end: the run was cancelled, or the program was told to end."""
        return self._cancelled.is_set() or is_stopping()

    @contextmanager
    def occupy(self, position: int) -> Iterator[None]:
        """Hold one place for the length of the block; once cancelled, waiters go ahead to see that they are.

        Args:
            position: Rank among those that wait, lowest first.
        """
        is_held = self._wait_for_turn(position)
        try:
            yield
        finally:
            if is_held:
                with self._changed:
                    self._free += 1
                    self._changed.notify_all()

    def _wait_for_turn(self, position: int) -> bool:
        with self._changed:
            heapq.heappush(self._waiting, position)
            while not self._is_next(position):
                if self.is_cancelled():
                    self._waiting.remove(position)
                    heapq.heapify(self._waiting)
                    return False
                self._changed.wait(POLL_S)
            heapq.heappop(self._waiting)
            self._free -= 1
            self._changed.notify_all()
            return True

    def _is_next(self, position: int) -> bool:
        return self._free > 0 and self._waiting[0] == position
