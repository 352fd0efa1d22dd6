"""How many trials train at the same time, and whether they still should."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ablation.training.isolation import is_stopping

POLL_S = 0.1


class Slots:
    """A fixed number of places of one run; trials wait for one in the order they came."""

    def __init__(self, count: int) -> None:
        self._free = threading.Semaphore(count)
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """End every trial of the run, running or waiting."""
        self._cancelled.set()

    def is_cancelled(self) -> bool:
        """Whether the run's trials should end: the run was cancelled, or the program was told to end."""
        return self._cancelled.is_set() or is_stopping()

    @contextmanager
    def occupy(self) -> Iterator[None]:
        """Hold one place for the length of the block; once cancelled, waiters go ahead to see that they are."""
        is_held = self._free.acquire(timeout=POLL_S)
        while not is_held and not self.is_cancelled():
            is_held = self._free.acquire(timeout=POLL_S)
        try:
            yield
        finally:
            if is_held:
                self._free.release()
