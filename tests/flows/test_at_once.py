"""A run that is killed or interrupted while others go on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from ablation.training import read_progress
from tests.conftest import DEADLINE_S, TINY, Project, wait_for

pytestmark = [pytest.mark.xdist_group("prefect"), pytest.mark.slow]

SLOWER = TINY.replace("epochs: 2", "epochs: 60").replace("seeds: [0, 1]", "seeds: [0, 1, 2]")
LONG = TINY.replace("epochs: 2", "epochs: 100000")


def finish(process: subprocess.Popen[str]) -> Any:
    out, err = process.communicate(timeout=DEADLINE_S * 4)
    assert process.returncode == 0, err
    return json.loads(out)


def running_trial(project: Project) -> Path | None:
    for directory in project.directory.glob(".ablation-cache/runs/*/variants/*/seed-*"):
        progress = read_progress(directory)
        if progress and progress.epoch > 2:
            return directory
    return None


def statuses(result: Any) -> list[str]:
    return [trial["status"] for trial in result["trials"]]


def test_trials_of_a_run_that_is_killed_are_taken_over_by_one_that_waits(project: Project) -> None:
    spec = project.write(SLOWER.replace("epochs: 60", "epochs: 3000"))
    with project.start("run", spec, "--only", "l2", "--set", "seeds=[0]", "--set", "training.epochs=100000") as first:
        wait_for(lambda: running_trial(project), "a trial to be in the middle")
        second = project.start("run", spec, "--json", "--set", "seeds=[0]", "--set", "training.epochs=100000")
        waiting = wait_for(lambda: list(project.directory.glob("**/waiting.txt")), "a trial to wait")
        status = project.run_json("status")[1]
        os.kill(first.pid, signal.SIGKILL)
        first.communicate(timeout=DEADLINE_S)
        wait_for(lambda: not any(path.exists() for path in waiting), "the trials to be taken over")
        second.send_signal(signal.SIGINT)
        second.communicate(timeout=DEADLINE_S)
    assert second.returncode == 130
    assert "waiting" in [trial["status"] for trial in status["trials"]]


def test_run_that_waits_for_another_ends_at_once_when_it_is_interrupted(project: Project) -> None:
    spec = project.write(LONG)
    with project.start("run", spec, "--workers", "2") as first:
        wait_for(lambda: running_trial(project), "a trial to be in the middle")
        with project.start("run", spec, "--set", "seeds=[0]") as second:
            wait_for(lambda: list(project.directory.glob("**/waiting.txt")), "a trial to wait")
            second.send_signal(signal.SIGINT)
            second.communicate(timeout=DEADLINE_S)
        first.send_signal(signal.SIGINT)
        first.communicate(timeout=DEADLINE_S)
    assert second.returncode == 130
    assert list(project.directory.glob("artifacts/running/*")) == []


def test_run_that_was_killed_is_marked_as_crashed_by_the_next_one(project: Project, prefect_api_url: str) -> None:
    spec = project.write(LONG)
    with project.start("run", spec) as process:
        wait_for(lambda: running_trial(project), "a trial to be in the middle")
        process.kill()
        process.communicate(timeout=DEADLINE_S)
    (record,) = project.directory.glob("artifacts/running/*.json")
    assert len(json.loads(record.read_bytes())["trials"]) == 4

    code, found = project.run_json("housekeeping")
    assert code == 0
    assert ("crashed run", f"tiny/{record.stem}") in [(each["kind"], each["name"]) for each in found["found"]]
    assert record.is_file()
    assert project.run_json("run", project.write(), "--set", "seeds=[0]")[0] == 0

    assert not record.exists()
    assert (project.directory / "artifacts/crashed/tiny" / record.name).is_file()
    listed = {run["run_id"]: run["status"] for run in project.run_json("list")[1]}
    assert listed.pop(record.stem) == "crashed"
    assert list(listed.values()) == ["complete"]
    query = {"flow_runs": {"name": {"like_": record.stem}}}
    states = [run["state_type"] for run in httpx.post(f"{prefect_api_url}/flow_runs/filter", json=query).json()]
    assert states == ["CRASHED"]


def test_housekeeping_marks_a_killed_run_as_crashed_and_removes_its_folder(
    project: Project, prefect_api_url: str
) -> None:
    with project.start("run", project.write(LONG)) as process:
        wait_for(lambda: running_trial(project), "a trial to be in the middle")
        process.kill()
        process.communicate(timeout=DEADLINE_S)
    (record,) = project.directory.glob("artifacts/running/*.json")
    code, tidied = project.run_json("housekeeping", "--apply", "--older-than", "0")
    assert code == 0
    assert tidied["applied"]
    kinds = {each["kind"] for each in tidied["found"]}
    assert {"crashed run", "lease", "workspace", "prepared data"} <= kinds
    assert not record.exists()
    assert list(project.directory.glob(".ablation-cache/runs/2*")) == []
    query = {"flow_runs": {"name": {"like_": record.stem}}}
    states = [run["state_type"] for run in httpx.post(f"{prefect_api_url}/flow_runs/filter", json=query).json()]
    assert states == ["CRASHED"]
    assert project.run_json("housekeeping")[1] == {"applied": False, "found": []}
