"""Who trains together when trials need memory and devices: real threads that stay until they are told to leave."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest

from ablation.processes import Capacity, Need, Slots

from .test_slots import DEADLINE_S, wait_until

BIG, MIDDLE, SMALL = 1000, 500, 100  # peaks, in bytes; a trial is given 1.2 of its variant's


@dataclass
class Trials:
    """Threads that each hold a place of a run until they are let go; arrivals and departures are one at a time."""

    slots: Slots
    inside: dict[int, tuple[str, ...] | None] = field(default_factory=dict)
    _may_leave: dict[int, threading.Event] = field(default_factory=dict)
    _threads: dict[int, threading.Thread] = field(default_factory=dict)
    _variants: dict[int, str | None] = field(default_factory=dict)

    def arrive(self, position: int, variant: str | None) -> None:
        self._may_leave[position] = threading.Event()
        self._variants[position] = variant
        thread = self._threads[position] = threading.Thread(target=self._train, args=(position, variant))
        thread.start()
        wait_until(lambda: position in self.inside or position in self.slots._waiting, f"{position} to arrive")
        self._settle()

    def leave(self, position: int) -> None:
        self._may_leave[position].set()
        self._threads.pop(position).join(DEADLINE_S)
        self._settle()

    def end(self) -> None:
        while self._threads:
            wait_until(lambda: any(each in self.inside for each in self._threads), "someone to have a turn")
            self.leave(min(self.inside))

    def _train(self, position: int, variant: str | None) -> None:
        with self.slots.occupy(position, variant) as devices:
            self.inside[position] = devices
            assert self._may_leave[position].wait(DEADLINE_S)
            del self.inside[position]

    def _settle(self) -> None:
        """Wait until every thread is where it will stay: the first that waits has no room."""
        wait_until(self._is_settled, "all to be inside or to wait")

    def _is_settled(self) -> bool:
        with self.slots._changed:
            waiting = sorted(self.slots._waiting)
            known = len(waiting) + len(self.inside) == len(self._threads)
            return known and not (waiting and self.slots._has_room(self._variants[waiting[0]]))


# By position.
VARIANTS = {
    1: "small", 2: "small", 3: "big", 4: "small", 5: "middle", 6: "middle", 7: "small",
}  # fmt: skip


def sharing(count: int, memory: int | None) -> Trials:
    slots = Slots(count, Capacity(memory_bytes=memory))
    for variant, peak in (("big", BIG), ("middle", MIDDLE), ("small", SMALL)):
        slots.note_peak(variant, peak)
    return Trials(slots)


# Places and bytes of memory; then what happens, as +arrival or -departure of a position, and who trains after it.
SCENARIOS = {
    "all_fit": (4, 5000, [(+1, {1}), (+2, {1, 2}), (+3, {1, 2, 3}), (+4, {1, 2, 3, 4}), (-3, {1, 2, 4})]),
    "places_bound_what_memory_would_not": (2, 5000, [(+1, {1}), (+2, {1, 2}), (+4, {1, 2}), (-1, {2, 4})]),
    "memory_bounds_what_places_would_not": (4, 1250, [(+5, {5}), (+6, {5, 6}), (+7, {5, 6}), (-5, {6, 7})]),
    "big_one_that_waits_is_not_overtaken_by_later_ones": (
        4, 1250,
        [(+1, {1}), (+2, {1, 2}), (+3, {1, 2}), (+4, {1, 2}), (+7, {1, 2}), (-1, {2}), (-2, {3}), (-3, {4, 7})],
    ),
    "earlier_ones_go_before_a_big_one_that_waits": (
        4, 1250,
        [(+5, {5}), (+6, {5, 6}), (+3, {5, 6}), (+1, {5, 6}), (-5, {6, 1}), (+2, {6, 1, 2}), (-6, {1, 2}), (-1, {2}),
         (-2, {3})],
    ),
    "more_than_there_is_trains_alone": (4, 1000, [(+1, {1}), (+3, {1}), (+4, {1}), (-1, {3}), (-3, {4})]),
    "memory_that_is_not_counted_bounds_nothing": (4, None, [(+3, {3}), (+5, {3, 5}), (+6, {3, 5, 6})]),
}  # fmt: skip


@pytest.mark.parametrize("name", SCENARIOS)
def test_who_trains_together(name: str) -> None:
    count, memory, events = SCENARIOS[name]
    trials = sharing(count, memory)
    for position, together in events:
        if position > 0:
            trials.arrive(position, VARIANTS[position])
        else:
            trials.leave(-position)
        assert set(trials.inside) == together
    trials.end()
    assert (trials.slots._free, trials.slots._memory_bytes) == (count, 0)


def test_declared_memory_counts_whatever_was_measured() -> None:
    trials = Trials(Slots(4, Capacity(memory_bytes=1250), Need(memory_bytes=600)))
    trials.slots.note_peak("small", 1)
    for position in (1, 2, 4):
        trials.arrive(position, "small")
    assert set(trials.inside) == {1, 2}
    trials.end()


def test_first_trials_of_a_variant_are_not_bound_and_later_ones_by_what_they_used() -> None:
    trials = Trials(Slots(4, Capacity(memory_bytes=1250)))
    for position in (1, 2):
        trials.arrive(position, "small")
    trials.slots.note_peak("small", BIG)
    trials.slots.note_peak("small", SMALL)  # the largest counts
    trials.slots.note_peak("small", None)  # of a trial that failed nothing is known
    trials.leave(1)
    trials.leave(2)
    trials.arrive(4, "small")
    trials.arrive(7, "small")
    assert set(trials.inside) == {4}
    trials.end()


def test_what_needs_a_place_alone_needs_no_memory_and_no_device() -> None:
    trials = Trials(Slots(3, Capacity(memory_bytes=1250, devices=("0",)), Need(memory_bytes=1200, devices=1)))
    trials.arrive(1, "small")
    trials.arrive(0, None)
    assert trials.inside == {1: ("0",), 0: ()}
    trials.end()


def test_each_trial_has_devices_of_its_own_and_they_are_given_on() -> None:
    trials = Trials(Slots(4, Capacity(devices=("0", "1", "2")), Need(devices=1)))
    for position in (1, 2, 3, 4):
        trials.arrive(position, "small")
    assert trials.inside == {1: ("0",), 2: ("1",), 3: ("2",)}
    trials.leave(2)
    assert trials.inside == {1: ("0",), 3: ("2",), 4: ("1",)}
    trials.end()
    assert sorted(trials.slots._devices) == ["0", "1", "2"]


def test_trials_of_two_devices_leave_a_third_alone() -> None:
    trials = Trials(Slots(4, Capacity(devices=("0", "1", "2")), Need(devices=2)))
    trials.arrive(1, "small")
    trials.arrive(2, "small")
    assert trials.inside == {1: ("0", "1")}
    trials.leave(1)
    assert list(trials.inside) == [2]
    trials.end()


@pytest.mark.parametrize(("devices", "seen"), [(None, None), ((), ())])
def test_trials_without_devices_of_their_own_see_all_or_none(
    devices: tuple[str, ...] | None, seen: tuple[str, ...] | None
) -> None:
    with Slots(1, Capacity(devices=devices)).occupy(0, "small") as found:
        assert found == seen


@pytest.mark.parametrize("devices", [None, (), ("0",)])
def test_more_devices_than_there_are_is_an_error_and_no_endless_wait(devices: tuple[str, ...] | None) -> None:
    with pytest.raises(ValueError, match="never have a turn"):
        Slots(4, Capacity(devices=devices), Need(devices=2))


def test_cancelled_slots_let_trials_through_that_wait_for_memory_and_devices() -> None:
    slots = Slots(2, Capacity(memory_bytes=1250, devices=("0", "1")), Need(memory_bytes=1200, devices=1))
    trials = Trials(slots)
    trials.arrive(1, "small")
    trials.arrive(2, "small")
    assert set(trials.inside) == {1}
    slots.cancel()
    wait_until(lambda: set(trials.inside) == {1, 2}, "the trial that waits to come through")
    trials.end()
    assert (slots._free, slots._memory_bytes, sorted(slots._devices)) == (2, 0, ["0", "1"])
