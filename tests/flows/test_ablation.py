"""The study flow as a user meets it: `ablate run`, on a real Prefect server, a real store and real processes."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from ablation.history import History
from ablation.records import Assessment
from ablation.training import Progress, read_progress
from tests.conftest import DEADLINE_S, TINY, FinishedRun, Project, wait_for

pytestmark = pytest.mark.xdist_group("prefect")

FAILING = (
    TINY
    + """\
  diverges: {set: {training.optimizer.learning_rate: 1e30}}
  does_not_fit:
    set: {model.layers.hidden.kernel_constraint: {kind: max_norm, axis: 3}}
"""
)
LONG = TINY.replace("  l2: {", "  long: {set: {training.epochs: 100000}}\n  l2: {")
TRIAL_FILES = ("history.csv", "metrics.json", "assessment.json", "curves.svg", "curves.png", "model.keras", "log.txt")


def statuses(result: Any) -> dict[tuple[str, int], str]:
    return {(trial["variant"], trial["seed"]): trial["status"] for trial in result["trials"]}


def task_runs(api_url: str, run_id: str) -> dict[str, str]:
    """Return the state of every task run of a run, by name, as the Prefect server tells it."""
    found = httpx.post(f"{api_url}/flow_runs/filter", json={"flow_runs": {"name": {"like_": run_id}}}).json()
    query = {"flow_runs": {"id": {"any_": [found[0]["id"]]}}, "limit": 200}
    return {run["name"]: run["state_type"] for run in httpx.post(f"{api_url}/task_runs/filter", json=query).json()}


def test_run_publishes_every_file_its_manifest_lists_and_no_other(finished_run: FinishedRun) -> None:
    assert finished_run.completed.returncode == 0, finished_run.completed.stderr
    manifest = json.loads((finished_run.folder / "manifest.json").read_text())
    listed = {file["path"] for file in manifest["files"]}
    on_disk = {
        path.relative_to(finished_run.folder).as_posix() for path in finished_run.folder.rglob("*") if path.is_file()
    }
    assert manifest["status"] == "complete"
    assert manifest["trials"] == {"trained": 4}
    assert on_disk == listed | {"manifest.json"}
    assert {
        "index.html",
        "summary.csv",
        "effects.json",
        "overfitting.json",
        "validation_loss.svg",
        "validation_loss.png",
    } <= listed
    assert {f"variants/l2/seed-1/{name}" for name in TRIAL_FILES} <= listed
    assert (finished_run.folder / "spec.yaml").read_text() == TINY


def test_run_says_what_its_models_confuse_and_how_they_overfit(finished_run: FinishedRun) -> None:
    content = (finished_run.folder / "variants/l2/seed-1/assessment.json").read_bytes()
    assessment = Assessment.model_validate_json(content)
    assert assessment.samples == 60
    assert assessment.confusion is not None and sum(map(sum, assessment.confusion.counts)) == 60
    assert all(mistake.image and mistake.truth != mistake.predicted for mistake in assessment.mistakes)
    overfitting = json.loads((finished_run.folder / "overfitting.json").read_text())
    assert [each["variant"] for each in overfitting["variants"]] == ["baseline", "l2"]
    assert overfitting["trials"]["l2"]["1"]["epochs"] == [1, 2]
    assert json.loads((finished_run.folder / "effects.json").read_text())["fairness"] == []


def test_run_says_what_its_store_does_with_conditional_writes(finished_run: FinishedRun) -> None:
    provenance = json.loads((finished_run.folder / "provenance.json").read_text())
    assert provenance["conditional_writes"] == "ignored"


def test_run_prints_plain_lines_a_table_and_the_page_when_there_is_no_terminal(finished_run: FinishedRun) -> None:
    out, err = finished_run.completed.stdout, finished_run.completed.stderr
    assert "\x1b" not in out + err
    assert "[4/4]" in err
    assert "baseline" in out
    assert "l2" in out
    page = next(line for line in out.splitlines() if line.startswith("Page: ")).removeprefix("Page: ")
    assert (finished_run.project.directory / page).is_file()


def test_run_is_visible_in_prefect_by_variant_and_seed(finished_run: FinishedRun, prefect_api_url: str) -> None:
    states = task_runs(prefect_api_url, finished_run.run_id)
    steps = ["fetch digits", "normalize digits seed 1", "build l2", "train l2 seed 1", "evaluate l2 seed 1"]
    steps += ["publish l2 seed 1", "look up finished trials", "compare variants", f"commit {finished_run.run_id}"]
    assert {step: states.get(step) for step in steps} == dict.fromkeys(steps, "COMPLETED")
    artifacts = httpx.post(f"{prefect_api_url}/artifacts/filter", json={}).json()
    assert {"trials", "answer", "effects", "page"} <= {artifact["key"] for artifact in artifacts}


@pytest.mark.slow
def test_run_again_trains_what_changed_and_reuses_the_rest(finished_run: FinishedRun, project: Project) -> None:
    shutil.copytree(finished_run.project.directory, project.directory, dirs_exist_ok=True)
    project.write(TINY.replace("factor: 0.01", "factor: 0.02"))

    code, result = project.run_json("run", "study.yaml")

    assert code == 0
    assert statuses(result) == {
        ("baseline", 0): "cached",
        ("baseline", 1): "cached",
        ("l2", 0): "trained",
        ("l2", 1): "trained",
    }
    assert result["run_id"] > finished_run.run_id
    history = "variants/baseline/seed-0/history.csv"
    published = project.published(result["run_id"])
    assert (published / history).read_bytes() == (finished_run.folder / history).read_bytes()
    promised = [
        "variant",
        "seed",
        "fingerprint",
        "status",
        "metrics",
        "epochs",
        "train_s",
        "cpu_s",
        "peak_rss_bytes",
        "error",
    ]
    assert {"run_id", "study", "status", "uri", "wall_s", "trials", "effects", "gates"} <= set(result)
    assert all(set(promised) <= set(trial) for trial in result["trials"])
    assert all(trial["cpu_s"] > 0 for trial in result["trials"])
    assert {"val_loss", "test_accuracy"} <= set(result["trials"][0]["metrics"])
    assert result["address"] == os.path.relpath(published / "index.html", project.directory)


@pytest.mark.slow
def test_trials_that_were_trained_before_are_published_for_tensorboard_too(
    finished_run: FinishedRun, project: Project
) -> None:
    shutil.copytree(finished_run.project.directory, project.directory, dirs_exist_ok=True)
    code, result = project.run_json("run", "study.yaml", "--set", "publish.tensorboard=true")
    assert code == 0
    assert set(statuses(result).values()) == {"cached"}
    for trial in result["trials"]:
        folder = project.published(result["run_id"]) / "variants" / trial["variant"] / f"seed-{trial['seed']}"
        history = History.from_csv((folder / "history.csv").read_bytes())
        events = EventAccumulator(str(folder)).Reload()
        losses = [each.value for each in events.Scalars("val_loss")]
        assert losses == pytest.approx(history.columns["val_loss"], rel=1e-6)
        assert len(events.Scalars("dead_share/hidden")) == 2


@pytest.mark.slow
def test_run_with_failing_variants_finishes_the_others_and_names_the_failures(
    project: Project, prefect_api_url: str
) -> None:
    completed = project.run("run", project.write(FAILING), "--set", "seeds=[0]")

    assert completed.returncode == 1
    assert "Traceback" not in completed.stderr
    assert "does_not_fit seed 0: failed, " in completed.stderr
    lines = [line for line in completed.stdout.splitlines() if " seed 0: " in line]
    assert [line.split(" seed 0: ")[0] for line in lines] == ["diverges", "does_not_fit"]
    assert (project.directory / lines[0].split("Log: ")[1]).is_file()
    assert "diverged: stopped before step 2 of epoch 1: its loss is" in lines[0]
    assert "model.layers.hidden" in lines[1]

    folder = next(project.published("").glob("*/manifest.json")).parent
    assert json.loads((folder / "manifest.json").read_text())["status"] == "incomplete"
    page = (folder / "index.html").read_text()
    assert "variants/diverges/seed-0/log.txt" in page
    kept = {path.name for path in (folder / "variants/diverges/seed-0").iterdir()}
    assert {"divergence.json", "diverged_batch.npz", "last_good.keras"} <= kept
    assert "model.layers.hidden" in page
    with (folder / "summary.csv").open(newline="") as file:
        assert [row["status"] for row in csv.DictReader(file)] == ["trained", "trained", "diverged", "failed"]
    states = task_runs(prefect_api_url, folder.name)
    assert states["train diverges seed 0"] == "FAILED"
    assert states["build does_not_fit"] == "FAILED"
    assert states["publish l2 seed 0"] == "COMPLETED"


@pytest.mark.slow
def test_run_with_a_killed_trial_finishes_the_others(project: Project) -> None:
    with project.start("run", project.write(LONG), "--json", "--set", "seeds=[0]") as process:
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


@pytest.mark.slow
@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_run_that_is_told_to_end_leaves_no_process_and_keeps_what_was_finished(
    project: Project, signum: signal.Signals
) -> None:
    spec = project.write(LONG)
    with project.start("run", spec, "--set", "seeds=[0]") as process:
        trial = wait_for(lambda: running_trial(project, "long"), "the long trial to train")
        wait_for(lambda: len(list(project.directory.glob("artifacts/trials/*/*/manifest.json"))) == 2, "two trials")
        code, status = project.call_json("status")
        rows = {row["variant"]: row for row in status["trials"]}
        assert (code, rows["baseline"]["status"], rows["long"]["status"]) == (0, "trained", "running")
        assert "epoch" in project.call("status").stdout
        os.killpg(process.pid, signum)  # as a terminal's Ctrl-C does: every process of the group gets it
        _, err = process.communicate(timeout=DEADLINE_S)

    assert process.returncode == 130
    assert "Traceback" not in err
    assert "the same command goes on from there" in err
    wait_for(lambda: not Path(f"/proc/{trial.pid}").exists(), "the trial's process to be gone")
    wait_for(lambda: not processes_of(project), "every process to be gone")
    assert not list(project.directory.glob("artifacts/studies/*/*/manifest.json"))
    assert "has ended before it was published" in project.call("status").stderr

    code, plan = project.call_json("plan", spec, "--set", "seeds=[0]")
    assert code == 0
    finished = {trial["variant"]: trial["cached"] for trial in plan["trials"]}
    assert finished == {"baseline": True, "long": False, "l2": True}


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


GATES = """\
gates:
  - {name: reachable, metric: test_accuracy, minimum: -100}
  - {name: out_of_reach, variant: l2, metric: test_accuracy, minimum: 100}
"""


@pytest.mark.slow
def test_run_with_a_failed_gate_publishes_everything_and_ends_with_its_own_code(
    finished_run: FinishedRun, project: Project
) -> None:
    shutil.copytree(finished_run.project.directory, project.directory, dirs_exist_ok=True)
    project.write(TINY + GATES)

    code, result = project.run_json("run", "study.yaml")

    assert code == 3
    assert result["status"] == "complete"
    assert [(gate["bounds"]["name"], gate["status"]) for gate in result["gates"]] == [
        ("reachable", "passed"),
        ("out_of_reach", "failed"),
    ]
    published = project.published(result["run_id"])
    said = "gate out_of_reach failed: test_accuracy of l2 must be at least 100"
    assert said in (published / "index.html").read_text(encoding="utf-8")
    assert said in (published / "model_card.md").read_text(encoding="utf-8").replace("\\", "")


TWINS = """\
variants:
  baseline: {}
  l2: {set: {model.layers.hidden.kernel_regularizer: {kind: l2, factor: 0.03}}}
  l2_again: {set: {model.layers.hidden.kernel_regularizer: {kind: l2, factor: 0.03}}}
"""


@pytest.mark.slow
def test_run_trains_equal_variants_once_and_shows_both(project: Project) -> None:
    spec = TINY[: TINY.index("variants:")] + TWINS

    code, result = project.run_json("run", project.write(spec), "--set", "seeds=[0]")

    assert code == 0
    assert statuses(result) == {("baseline", 0): "trained", ("l2", 0): "trained", ("l2_again", 0): "cached"}
    metrics = {trial["variant"]: trial["metrics"] for trial in result["trials"]}
    assert metrics["l2_again"] == metrics["l2"] != metrics["baseline"]
