from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from ablation.store import (
    Holder,
    LeaseObjects,
    RunningRun,
    RunningWatch,
    Store,
    list_crashed,
    put_running,
    remove_running,
    settle_killed,
)

RUN = RunningRun(
    study="tiny", run_id="20260101-000000-abcdef", flow_run_id=UUID(int=7), owner="killed", machine="there"
)


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    now_s: float = 0.0

    def __call__(self) -> float:
        return self.now_s


def nobody_has_ended(machine: str, owner: str) -> bool:
    return False


def test_run_whose_owner_is_known_to_have_ended_was_killed(store: Store) -> None:
    put_running(store, RUN)
    put_running(store, RUN.model_copy(update={"run_id": "20260101-000000-living", "owner": "living"}))
    watch = RunningWatch(store, lambda machine, owner: (machine, owner) == ("there", "killed"))
    assert watch.killed() == [RUN]


def test_run_whose_heartbeat_stops_was_killed_and_others_were_not(store: Store) -> None:
    clock = Clock()
    watch = RunningWatch(store, nobody_has_ended, clock=clock)
    living = RUN.model_copy(update={"run_id": "20260101-000000-living", "owner": "living"})
    put_running(store, RUN)
    put_running(store, living)
    assert watch.killed() == []
    clock.now_s = 31
    # Within the second that the other was written in, it differs in its length alone.
    put_running(store, living.model_copy(update={"heartbeat": 10}))
    assert watch.killed() == [RUN]


def test_run_does_not_look_after_itself(store: Store) -> None:
    put_running(store, RUN)
    assert RunningWatch(store, lambda machine, owner: True, but=RUN.run_id).killed() == []


def test_run_that_ended_is_not_there_any_more(store: Store) -> None:
    put_running(store, RUN)
    remove_running(store, RUN.run_id)
    assert RunningWatch(store, lambda machine, owner: True).killed() == []


def test_killed_run_is_marked_as_crashed_and_its_leases_are_freed(store: Store) -> None:
    remote = replace(store, root=None)
    LeaseObjects(remote, Holder("killed", "there", RUN.run_id), nobody_has_ended).claim("a" * 64)
    LeaseObjects(remote, Holder("living", "there", "other-run"), nobody_has_ended).claim("b" * 64)
    put_running(store, RUN)
    crashed = settle_killed(store, RUN)
    assert crashed is not None
    assert crashed.flow_run_id == UUID(int=7)
    assert list_crashed(store) == list_crashed(store, "tiny") == [crashed]
    assert list_crashed(store, "other") == []
    assert [item.key for item in store.keys("leases/")] == [f"leases/{'b' * 64}.json"]
    assert list(store.keys("running/")) == []


def test_run_that_was_killed_after_its_commit_is_no_crashed_run(store: Store) -> None:
    put_running(store, RUN)
    store.put(f"studies/tiny/{RUN.run_id}/manifest.json", b"{}")
    assert settle_killed(store, RUN) is None
    assert list_crashed(store) == []
    assert list(store.keys("running/")) == []


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"study": "tiny"}'])
def test_record_that_cannot_be_read_is_left_alone_with_a_line(
    store: Store, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    store.put("running/20260101-000000-abcdef.json", damage)
    store.put("crashed/tiny/20260101-000000-abcdef.json", damage)
    with caplog.at_level(logging.WARNING):
        assert RunningWatch(store, lambda machine, owner: True).killed() == []
        assert list_crashed(store) == []
    assert len(caplog.messages) == 2
