"""Which trials train at the same time, in which order, with which devices, and whether they still should."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ablation.processes.isolation import is_stopping

POLL_S = 0.1
# Memory of the next trial of a variant, in shares of the peak of those before it.
MARGIN = 1.2


@dataclass(frozen=True)
class Capacity:
    """What the trials of a run share beside their places.

    Args:
        memory_bytes: For all trials together; None: memory is not counted.
        devices: What each trial has some of for itself, e.g. GPUs; None: trials see what the machine has.
    """

    memory_bytes: int | None = None
    devices: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Need:
    """What a trial needs beside its place.

    Args:
        memory_bytes: As declared; None: as measured of earlier trials of its variant, or nothing before there is one.
        devices: How many.
    """

    memory_bytes: int | None = None
    devices: int = 0


class Slots:
    """The places of one run, with memory and devices.

    Of those that wait, the one with the lowest position comes next. No other is let past it while there is too little
    for it, so that the largest trial has its turn; the price are places that stay empty until then. A trial that needs
    more memory than there is trains alone.

    Args:
        count: Places.
        capacity: What trials share.
        need: What every trial needs.
    """

    def __init__(self, count: int, capacity: Capacity = Capacity(), need: Need = Need()) -> None:
        if need.devices > len(capacity.devices or ()):
            raise ValueError(f"trials that need {need.devices} devices never have a turn where there are fewer")
        self._free = count
        self._count = count
        self._capacity = capacity
        self._need = need
        self._devices = list(capacity.devices or ())
        self._memory_bytes = 0
        self._peaks: dict[str, int] = {}
        self._waiting: list[int] = []
        self._changed = threading.Condition()
        self._cancelled = threading.Event()

    @property
    def devices(self) -> tuple[str, ...] | None:
        """All devices of the run, for what runs before its trials; None: what the machine has."""
        return self._capacity.devices

    def cancel(self) -> None:
        """End every trial of the run, running or waiting."""
        self._cancelled.set()

    def is_cancelled(self) -> bool:
        """Whether the run's trials should end: the run was cancelled, or the program was told to end."""
        return self._cancelled.is_set() or is_stopping()

    def note_peak(self, variant: str, peak_bytes: int | None) -> None:
        """Take what a trial of a variant used at most for what the next one needs."""
        with self._changed:
            self._peaks[variant] = max(self._peaks.get(variant, 0), peak_bytes or 0)
            self._changed.notify_all()

    @contextmanager
    def occupy(self, position: int, variant: str | None = None) -> Iterator[tuple[str, ...] | None]:
        """Hold one place for the length of the block; once cancelled, waiters go ahead to see that they are.

        Args:
            position: Rank among those that wait, lowest first.
            variant: Of the trial that trains there; None for what needs a place alone.

        Yields:
            The devices that the block has for itself; None where trials see what the machine has.
        """
        held = self._wait_for_turn(position, variant)
        try:
            yield held[1] if held else ()
        finally:
            if held:
                self._give_back(*held)

    def _wait_for_turn(self, position: int, variant: str | None) -> tuple[int, tuple[str, ...] | None] | None:
        with self._changed:
            heapq.heappush(self._waiting, position)
            while not (self._waiting[0] == position and self._has_room(variant)):
                if self.is_cancelled():
                    self._waiting.remove(position)
                    heapq.heapify(self._waiting)
                    self._changed.notify_all()
                    return None
                # Who is next looks for a cancelled run and tells the others: 200 that look take a tenth of a core.
                self._changed.wait(POLL_S if self._waiting[0] == position else None)
            heapq.heappop(self._waiting)
            held = self._take(variant)
            self._changed.notify_all()
            return held

    def _has_room(self, variant: str | None) -> bool:
        if self._free == 0 or len(self._devices) < self._devices_of(variant):
            return False
        most = self._capacity.memory_bytes
        is_alone = self._free == self._count
        return most is None or is_alone or self._memory_bytes + self._memory_of(variant) <= most

    def _take(self, variant: str | None) -> tuple[int, tuple[str, ...] | None]:
        memory_bytes, number = self._memory_of(variant), self._devices_of(variant)
        taken, self._devices = tuple(self._devices[:number]), self._devices[number:]
        self._free -= 1
        self._memory_bytes += memory_bytes
        return memory_bytes, None if self._capacity.devices is None else taken

    def _give_back(self, memory_bytes: int, devices: tuple[str, ...] | None) -> None:
        with self._changed:
            self._free += 1
            self._memory_bytes -= memory_bytes
            self._devices = [*(devices or ()), *self._devices]
            self._changed.notify_all()

    def _memory_of(self, variant: str | None) -> int:
        if variant is None:
            return 0
        if self._need.memory_bytes is not None:
            return self._need.memory_bytes
        return round(MARGIN * self._peaks.get(variant, 0))

    def _devices_of(self, variant: str | None) -> int:
        return 0 if variant is None else self._need.devices
