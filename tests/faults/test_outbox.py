"""Whole runs whose store is away: at the start, from the middle on, and for a while. Nothing is lost, all is clean."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import DEADLINE_S, TINY, Project, wait_for
from tests.faults.test_runs import assert_clean
from tests.remote_store import SECRET, RemoteStore

# A worker of their own: they wait for patience to end, not for the processor.
pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("prefect-away")]

SAID_WITHIN_S = 15.0
BUSY_S = 4 * DEADLINE_S  # a machine may have other things to do while a run begins
AWAY_S = 30.0

# Trials of some seconds, one after the other: there is a middle to take the store away in.
LONG = TINY.replace("epochs: 2", "epochs: 200")


@pytest.fixture
def remote(tmp_path_factory: pytest.TempPathFactory, project: Project) -> Iterator[RemoteStore]:
    """A store that the project uses; it is not started."""
    store = RemoteStore(tmp_path_factory.mktemp("remote"))
    project.environment.update(store.environment)
    try:
        yield store
    finally:
        store.stop()


def waiting(project: Project) -> list[Path]:
    return list(project.directory.glob(".ablation-cache/outbox/*/*/waiting.json"))


def statuses(result: dict[str, list[dict[str, str]]]) -> list[str]:
    return [trial["status"] for trial in result["trials"]]


def test_run_without_its_store_trains_nothing_unless_told_to_and_is_published_later(
    project: Project, remote: RemoteStore
) -> None:
    spec = project.write()
    began_s = time.monotonic()
    refused = project.call("run", spec)
    assert refused.returncode == 5
    assert time.monotonic() - began_s < SAID_WITHIN_S
    assert "--offline-ok" in refused.stderr
    assert not (project.directory / ".ablation-cache" / "runs").exists()

    trained = project.run("run", spec, "--offline-ok")
    assert trained.returncode == 5
    assert len(re.findall(r": trained, 2 epochs, .*, waits for the store", trained.stderr)) == 4
    assert "4 finished trials wait on this machine" in trained.stderr
    assert "Traceback" not in trained.stderr
    assert len(waiting(project)) == 4
    kept = (path for path in project.directory.glob(".ablation-cache/outbox/**/*") if path.is_file())
    assert not any(SECRET.encode() in path.read_bytes() for path in kept)

    again = project.run("run", spec, "--offline-ok")  # what waits is finished
    assert again.returncode == 5
    assert again.stderr.count(": cached, waits for the store") == 4

    remote.start()
    code, result = project.run_json("run", spec)
    assert (code, result["status"], statuses(result)) == (0, "complete", ["cached"] * 4)
    assert waiting(project) == []
    assert len(remote.published_trials) == 4
    assert_clean(project, result)


def test_run_without_its_store_that_is_back_at_the_end_is_complete(project: Project, remote: RemoteStore) -> None:
    with project.start("run", project.write(LONG), "--offline-ok", "--json") as process:
        wait_for(lambda: waiting(project), "a trial to wait", within_s=BUSY_S)
        remote.start()
        out, err = process.communicate(timeout=DEADLINE_S * 4)
    assert process.returncode == 0, err
    result = json.loads(out)
    assert statuses(result) == ["trained"] * 4
    assert len(remote.published_trials) == 4
    assert waiting(project) == []
    assert_clean(project, result)


@pytest.mark.parametrize("command", ["run", "publish"])
def test_run_whose_store_goes_away_for_good_keeps_what_it_trains(
    command: str, project: Project, remote: RemoteStore
) -> None:
    project.environment["ABLATION_STORE_PATIENCE_S"] = "0"
    remote.start()
    spec = project.write(LONG)
    with project.start("run", spec, "--workers", "1") as process:
        wait_for(lambda: remote.published_trials, "the first trial to be published", within_s=BUSY_S)
        remote.stop()
        _, err = process.communicate(timeout=DEADLINE_S * 4)
    published = {path.parents[1].name for path in remote.published_trials}
    kept = len(waiting(project))
    assert process.returncode == 5, err
    assert kept >= 1
    # The store may have gone after it had a trial, and before it could say so: that one waits, too.
    assert len(published | {path.parent.name for path in waiting(project)}) == 4
    assert f"{kept} finished trial" in err
    assert "Traceback" not in err
    code, status = project.run_json("status")
    assert (code, [each["trials"] for each in status["waiting"]]) == (0, [kept])

    remote.start()
    if command == "publish":
        assert project.run("publish").returncode == 0
        assert waiting(project) == []
        assert len(remote.published_trials) == 4
    code, result = project.run_json("run", spec)
    assert (code, result["status"], statuses(result)) == (0, "complete", ["cached"] * 4)
    assert waiting(project) == []
    assert len(remote.published_trials) == 4
    assert_clean(project, result)


def test_run_whose_store_is_away_for_a_while_is_complete(project: Project, remote: RemoteStore) -> None:
    remote.start()
    with project.start("run", project.write(LONG), "--workers", "1", "--json") as process:
        wait_for(lambda: remote.published_trials, "the first trial to be published", within_s=BUSY_S)
        remote.stop()
        back_s = time.monotonic() + AWAY_S
        wait_for(lambda: waiting(project) and time.monotonic() > back_s, "a trial to wait", within_s=BUSY_S)
        remote.start()
        out, err = process.communicate(timeout=DEADLINE_S * 4)
    assert process.returncode == 0, err
    result = json.loads(out)
    assert (result["status"], statuses(result)) == ("complete", ["trained"] * 4)
    assert len(remote.published_trials) == 4
    assert waiting(project) == []
    assert_clean(project, result)
