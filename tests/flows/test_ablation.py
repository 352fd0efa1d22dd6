"""The study flow as a user meets it: `ablate run`, on a real Prefect server, a real store and real processes."""

from __future__ import annotations

import csv
import json
import os
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest

from ablation.training import Progress, read_progress
from tests.conftest import TINY, Project, wait_for

FAILING = (
    TINY
    + """\
  diverges: {set: {training.optimizer.learning_rate: 1e30}}
  does_not_fit:
    set: {model.layers.norm.enabled: true, model.layers.norm.axis: 7}
"""
)
LONG = "training.epochs=5000"


def statuses(result: Any) -> dict[tuple[str, int], str]:
    return {(trial["variant"], trial["seed"]): trial["status"] for trial in result["trials"]}


def task_runs(api_url: str, run_id: str) -> dict[str, str]:
    """Return the state of every task run of a run, by name, as the Prefect server tells it."""
    found = httpx.post(f"{api_url}/flow_runs/filter", json={"flow_runs": {"name": {"like_": run_id}}}).json()
    query = {"flow_runs": {"id": {"any_": [found[0]["id"]]}}, "limit": 200}
    return {run["name"]: run["state_type"] for run in httpx.post(f"{api_url}/task_runs/filter", json=query).json()}


def test_run_trains_compares_and_publishes_then_reuses_what_is_finished(project: Project) -> None:
    spec = project.write()

    code, first = project.run_json("run", spec)

    assert code == 0
    assert set(statuses(first).values()) == {"trained"}
    assert [effect["variant"] for effect in first["effects"]] == ["l2"]
    folder = project.published(first["run_id"])
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["status"] == "complete"
    listed = {file["path"] for file in manifest["files"]}
    on_disk = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert on_disk == listed | {"manifest.json"}
    assert {"index.html", "summary.csv", "effects.json", "validation_loss.svg", "validation_loss.png"} <= listed
    assert {
        f"variants/l2/seed-1/{name}"
        for name in ("history.csv", "metrics.json", "curves.svg", "curves.png", "model.keras", "log.txt")
    } <= listed
    assert (folder / "spec.yaml").read_text() == TINY
    assert first["address"] == os.path.relpath(folder / "index.html", project.directory)

    code, second = project.run_json("run", spec)

    assert code == 0
    assert set(statuses(second).values()) == {"cached"}
    assert second["run_id"] > first["run_id"]
    assert second["effects"] == first["effects"]
    history = Path("variants/baseline/seed-0/history.csv")
    assert (project.published(second["run_id"]) / history).read_bytes() == (folder / history).read_bytes()

    code, third = project.run_json("run", spec, "--set", "variants.l2.set={model.layers.hidden.units: 9}")

    assert code == 0
    assert statuses(third) == {
        ("baseline", 0): "cached",
        ("baseline", 1): "cached",
        ("l2", 0): "trained",
        ("l2", 1): "trained",
    }


def test_run_is_visible_in_prefect_by_variant_and_seed(project: Project, prefect_api_url: str) -> None:
    code, result = project.run_json("run", project.write(), "--set", "seeds=[3]")

    assert code == 0
    states = task_runs(prefect_api_url, result["run_id"])
    steps = ["fetch digits", "normalize digits seed 3", "build l2", "train l2 seed 3", "evaluate l2 seed 3"]
    steps += ["publish l2 seed 3", "look up finished trials", "compare variants", f"commit {result['run_id']}"]
    assert {step: states.get(step) for step in steps} == dict.fromkeys(steps, "COMPLETED")
    artifacts = httpx.post(f"{prefect_api_url}/artifacts/filter", json={}).json()
    assert {"trials", "answer", "effects", "page"} <= {artifact["key"] for artifact in artifacts}


def test_run_with_failing_variants_finishes_and_names_the_others(project: Project, prefect_api_url: str) -> None:
    code, result = project.run_json("run", project.write(FAILING), "--set", "seeds=[0]")

    assert code == 1
    assert statuses(result) == {
        ("baseline", 0): "trained",
        ("l2", 0): "trained",
        ("diverges", 0): "diverged",
        ("does_not_fit", 0): "failed",
    }
    errors = {trial["variant"]: trial["error"] for trial in result["trials"]}
    assert "no longer finite in epoch" in errors["diverges"]
    assert "model.layers.norm" in errors["does_not_fit"]
    folder = project.published(result["run_id"])
    assert json.loads((folder / "manifest.json").read_text())["status"] == "incomplete"
    assert (folder / "variants/diverges/seed-0/log.txt").is_file()
    page = (folder / "index.html").read_text()
    assert "variants/diverges/seed-0/log.txt" in page
    assert "model.layers.norm" in page
    with (folder / "summary.csv").open(newline="") as file:
        assert [row["status"] for row in csv.DictReader(file)] == ["trained", "trained", "diverged", "failed"]
    states = task_runs(prefect_api_url, result["run_id"])
    assert states["train diverges seed 0"] == "FAILED"
    assert states["build does_not_fit"] == "FAILED"
    assert states["publish l2 seed 0"] == "COMPLETED"

    completed = project.run("run", "study.yaml", "--set", "seeds=[0]")

    assert completed.returncode == 1
    assert "Traceback" not in completed.stderr
    log = next(line for line in completed.stdout.splitlines() if line.startswith("diverges seed 0")).split("Log: ")[1]
    assert (project.directory / log).is_file()


def test_run_with_a_killed_trial_finishes_the_others(project: Project) -> None:
    spec = project.write(TINY.replace("  baseline: {}", "  baseline: {}\n  long: {set: {training.epochs: 100000}}"))
    with project.start("run", spec, "--json", "--set", "seeds=[0]") as process:
        victim = wait_for(lambda: running_trial(project, "long"), "the long trial to train")
        os.kill(victim.pid, signal.SIGKILL)
        out, err = process.communicate()

    assert process.returncode == 1, err
    result = json.loads(out)
    assert statuses(result) == {("baseline", 0): "trained", ("long", 0): "failed", ("l2", 0): "trained"}
    failed = next(trial for trial in result["trials"] if trial["status"] == "failed")
    assert failed["error"].startswith("killed by SIGKILL")
    assert failed["epochs"] >= 1
    assert (project.published(result["run_id"]) / "variants/long/seed-0/log.txt").is_file()


def test_run_over_its_time_limit_is_ended(project: Project) -> None:
    spec = project.write(TINY.replace("epochs: 2", "epochs: 100000") + "runtime: {timeout_min: 0.05}\n")

    code, result = project.run_json("run", spec, "--set", "seeds=[0]", "--only", "baseline")

    assert code == 1
    assert statuses(result) == {("baseline", 0): "timeout"}
    assert "runtime.timeout_min" in result["trials"][0]["error"]


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_run_that_is_told_to_end_leaves_no_process_and_keeps_what_was_finished(
    project: Project, signum: signal.Signals
) -> None:
    spec = project.write(TINY.replace("  l2: {", "  long: {set: {training.epochs: 100000}}\n  l2: {"))
    with project.start("run", spec, "--set", "seeds=[0]") as process:
        trial = wait_for(lambda: running_trial(project, "long"), "the long trial to train")
        wait_for(lambda: list(project.directory.glob("artifacts/trials/*/*/manifest.json")), "a published trial")
        os.killpg(process.pid, signum)  # as a terminal's Ctrl-C does: every process of the group gets it
        _, err = process.communicate(timeout=5)

    assert process.returncode == 130
    assert "Traceback" not in err
    assert "the same command goes on from there" in err
    wait_for(lambda: not Path(f"/proc/{trial.pid}").exists(), "the trial's process to be gone")
    wait_for(lambda: not processes_of(project), "every process to be gone")
    assert not list(project.directory.glob("artifacts/studies/*/*/manifest.json"))

    code, result = project.run_json("run", spec, "--set", "seeds=[0]", "--only", "baseline")

    assert code == 0
    assert statuses(result) == {("baseline", 0): "cached"}


def running_trial(project: Project, variant: str) -> Progress | None:
    for directory in project.directory.glob(f".ablation-cache/runs/*/variants/{variant}/seed-*"):
        progress = read_progress(directory)
        if progress and progress.epoch:
            return progress
    return None


def processes_of(project: Project) -> list[str]:
    """Return the command lines of the processes that work in the project's directory."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == project.directory:
                found.append((process / "cmdline").read_text())
        except OSError:
            continue
    return found
