from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from ablation.pipeline import RunContext, attended
from ablation.pipeline.runs.owners import owners_of
from ablation.settings import Settings
from ablation.store import CrashedRun, RunningRun, Store, list_crashed, put_running
from tests.conftest import DEADLINE_S, embedded_store, wait_for
from tests.store.upkeep.published import MONTH, X, Y, kinds, long_ago, train

FLOW_RUN = UUID(int=7)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("ABLATION_CACHE_DIR", str(tmp_path / "cache"))
    with embedded_store(tmp_path) as opened:
        yield opened


def run_on(store: Store, run_id: str = "run-1") -> RunContext:
    return RunContext(study="tiny", run_id=run_id, store=store.location, threads=1, workers=1, timeout_s=60)


def nothing(run: CrashedRun) -> None:
    raise AssertionError(f"{run.run_id} was not killed")


def recorded(store: Store) -> list[str]:
    return [item.key for item in store.keys("running/")]


def heartbeat(store: Store) -> int:
    number: int = json.loads(store.get("running/run-1.json"))["heartbeat"]
    return number


def named(store: Store) -> list[str]:
    trials: list[str] = json.loads(store.get("running/run-1.json"))["trials"]
    return trials


def test_run_is_recorded_with_a_heartbeat_while_it_is_under_way_and_not_after(store: Store) -> None:
    with attended(run_on(store), str(FLOW_RUN), nothing, ttl_s=0.03):
        wait_for(lambda: recorded(store), "the run to be recorded")
        assert json.loads(store.get("running/run-1.json"))["flow_run_id"] == str(FLOW_RUN)
        wait_for(lambda: heartbeat(store) > 2, "three beats")
    assert recorded(store) == []
    assert list_crashed(store) == []


def test_record_names_the_trials_of_the_plan_and_those_that_it_grows_by(store: Store) -> None:
    with attended(run_on(store), None, nothing, trials=["b" * 64, "a" * 64]) as attendance:
        wait_for(lambda: recorded(store), "the run to be recorded")
        assert named(store) == ["a" * 64, "b" * 64]
        attendance.name_trials(["c" * 64, "a" * 64])
        assert named(store) == ["a" * 64, "b" * 64, "c" * 64]


def test_trials_of_a_run_under_way_are_no_garbage_and_others_are(store: Store) -> None:
    with long_ago(store):
        train(store, X)
        train(store, Y, b"others", "plain")
    begun_now = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-abcdef"
    with attended(run_on(store, begun_now), None, nothing, trials=[X]):
        wait_for(lambda: recorded(store), "the run to be recorded")
        assert [key for kind, key in kinds(store, MONTH) if kind == "old trial"] == [f"trials/{Y}/"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_run_that_ends_with_an_error_leaves_no_record(store: Store, error: type[BaseException]) -> None:
    with pytest.raises(error), attended(run_on(store), None, nothing):
        wait_for(lambda: recorded(store), "the run to be recorded")
        raise error
    assert recorded(store) == []


def test_runs_at_the_same_time_leave_each_other_alone(store: Store) -> None:
    with attended(run_on(store), None, nothing, ttl_s=0.03):
        wait_for(lambda: recorded(store), "the first to be recorded")
        with attended(run_on(store, "run-2"), None, nothing, ttl_s=30):
            wait_for(lambda: len(recorded(store)) == 2, "the second to be recorded")
            wait_for(lambda: heartbeat(store) > 2, "three beats of the first")
    assert list_crashed(store) == []


def test_run_that_was_killed_is_found_by_the_next_one_as_it_begins(store: Store) -> None:
    machine = owners_of(store, Settings()).machine
    killed = RunningRun(study="tiny", run_id="run-0", flow_run_id=FLOW_RUN, owner="killed", machine=machine)
    put_running(store, killed)
    found: list[CrashedRun] = []
    is_found = threading.Event()

    def note(run: CrashedRun) -> None:
        found.append(run)
        is_found.set()

    with attended(run_on(store), None, note):
        assert is_found.wait(DEADLINE_S)
    assert [(run.run_id, run.flow_run_id) for run in found] == [("run-0", FLOW_RUN)]
    assert list_crashed(store, "tiny") == found
    assert recorded(store) == []
