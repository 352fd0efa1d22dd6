from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

import pytest

from ablation.processes import Slots

DEADLINE_S = 20.0


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited {DEADLINE_S:g} s for {what}"
        time.sleep(0.002)


class Visitors:
    """Threads that each occupy a slot until they may leave, and a list of who came in."""

    def __init__(self, slots: Slots) -> None:
        self.slots = slots
        self.entered: list[int] = []
        self.may_leave = threading.Semaphore(0)
        self.threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self.inside = self.most_inside = 0

    def _visit(self, position: int) -> None:
        with self.slots.occupy(position):
            with self._lock:
                self.entered.append(position)
                self.inside += 1
                self.most_inside = max(self.most_inside, self.inside)
            assert self.may_leave.acquire(timeout=DEADLINE_S)
            with self._lock:
                self.inside -= 1

    def arrive(self, position: int) -> None:
        """Start a visitor; return when it is inside or waits its turn."""
        thread = threading.Thread(target=self._visit, args=(position,))
        self.threads.append(thread)
        thread.start()
        known = len(self.threads)
        wait_until(lambda: len(self.entered) + len(self.slots._waiting) == known, f"visitor {position} to arrive")

    def leave(self, number: int = 1) -> None:
        """Let visitors go, one after the other."""
        for _ in range(number):
            expected = min(len(self.entered) + 1, len(self.threads))
            self.may_leave.release()
            wait_until(partial(self._have_entered, expected), "the next visitor to enter")

    def _have_entered(self, number: int) -> bool:
        return len(self.entered) >= number

    def end(self) -> None:
        for thread in self.threads:
            thread.join(DEADLINE_S)
            assert not thread.is_alive()


def test_of_those_that_wait_the_lowest_position_comes_next() -> None:
    visitors = Visitors(Slots(1))
    for position in (9, 3, 1, 2, -1):
        visitors.arrive(position)
    assert visitors.entered == [9]
    visitors.leave(5)
    visitors.end()
    assert visitors.entered == [9, -1, 1, 2, 3]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_at_most_as_many_are_inside_as_there_are_slots(count: int) -> None:
    visitors = Visitors(Slots(count))
    for position in range(6):
        visitors.arrive(position)
    wait_until(lambda: visitors.inside == count, "the slots to fill")
    visitors.leave(6)
    visitors.end()
    assert visitors.entered == [0, 1, 2, 3, 4, 5]
    assert visitors.most_inside == count


def test_waiters_of_equal_position_all_have_their_turn() -> None:
    visitors = Visitors(Slots(1))
    for position in (5, 5, 5):
        visitors.arrive(position)
    visitors.leave(3)
    visitors.end()
    assert visitors.entered == [5, 5, 5]


def test_cancelled_slots_let_every_waiter_through() -> None:
    slots = Slots(1)
    visitors = Visitors(slots)
    for position in range(4):
        visitors.arrive(position)
    assert (visitors.entered, slots.is_cancelled()) == ([0], False)
    slots.cancel()
    wait_until(lambda: visitors.inside == 4, "the waiters to come through")
    assert slots.is_cancelled()
    visitors.leave(4)
    visitors.end()
    assert slots._free == 1


def test_slot_is_free_again_after_an_error() -> None:
    slots = Slots(1)
    for _ in range(3):
        with pytest.raises(RuntimeError, match="trial"), slots.occupy(0):
            raise RuntimeError("trial")
    assert slots._free == 1


def test_cancelling_one_run_leaves_another_alone() -> None:
    first, second = Slots(1), Slots(1)
    first.cancel()
    assert (first.is_cancelled(), second.is_cancelled()) == (True, False)
