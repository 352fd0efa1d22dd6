"""The studies of `specs/`, whole, as `make run` runs them."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.conftest import TINY, Project
from tests.flows.test_ablation import statuses

SPECS = Path(__file__).parent.parent.parent / "specs"

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]


def test_quickstart_trains_its_trials_then_reuses_them(project: Project) -> None:
    spec = str(SPECS / "quickstart.yaml")

    code, first = project.run_json("run", spec)

    assert code == 0
    assert len(first["trials"]) == 25
    assert set(statuses(first).values()) == {"trained"}
    verdicts = {effect["variant"]: effect["verdict"] for effect in first["effects"]}
    assert verdicts["l2_dropout"] == "helps"

    code, second = project.run_json("run", spec)

    assert code == 0
    assert set(statuses(second).values()) == {"cached"}
    assert second["effects"] == first["effects"]
    assert len(list(project.published("", "quickstart").glob("*/manifest.json"))) == 2


def test_mnist_learning_rate_of_a_tenth_beats_the_others(project: Project) -> None:
    mirror = os.environ.get("ABLATION_DATASETS")
    if not mirror or not (Path(mirror) / "mnist.npz").is_file():
        pytest.skip("ABLATION_DATASETS names no folder with mnist.npz")
    project.environment["ABLATION_DATASETS"] = str(Path(mirror).absolute())

    code, result = project.run_json("run", str(SPECS / "seeds/mnist_learning_rate.yaml"))

    assert code == 0
    assert {effect["variant"]: effect["verdict"] for effect in result["effects"]} == {
        "lr_0.01": "hurts",
        "lr_1.0": "hurts",
    }
    assert any("the data that chooses is the data that judges" in line for line in result["answers"])


def test_two_runs_at_once_on_one_store_both_publish(project: Project) -> None:
    spec = project.write()
    with project.start("run", spec, "--json") as one, project.start("run", spec, "--json") as two:
        results = [json.loads(process.communicate()[0]) for process in (one, two)]

    assert [one.returncode, two.returncode] == [0, 0]
    run_ids = {result["run_id"] for result in results}
    assert len(run_ids) == 2
    assert results[0]["effects"] == results[1]["effects"]
    assert {path.parent.name for path in project.published("").glob("*/manifest.json")} == run_ids


def test_run_over_its_time_limit_is_ended(project: Project) -> None:
    spec = project.write(TINY.replace("epochs: 2", "epochs: 100000") + "runtime: {timeout_min: 0.05}\n")

    code, result = project.run_json("run", spec, "--set", "seeds=[0]", "--only", "baseline")

    assert code == 1
    assert statuses(result) == {("baseline", 0): "timeout"}
    assert "runtime.timeout_min" in result["trials"][0]["error"]


def test_run_with_fail_fast_ends_the_others(project: Project) -> None:
    spec = project.write(TINY + "  bad: {set: {training.optimizer.learning_rate: 1e30}}\n")
    long = ("--set", "training.epochs=100000", "--set", "seeds=[0]", "--fail-fast", "--workers", "3")

    code, result = project.run_json("run", spec, *long, "--only", "bad", "--only", "l2")

    assert code == 1
    assert statuses(result) == {("baseline", 0): "interrupted", ("l2", 0): "interrupted", ("bad", 0): "diverged"}


def test_run_without_a_server_starts_and_ends_its_own(project: Project) -> None:
    del project.environment["PREFECT_API_URL"]
    shutil.rmtree(project.directory / "home", ignore_errors=True)
    project.environment["PREFECT_HOME"] = str(project.directory / "home")

    code, result = project.run_json("run", project.write(), "--set", "seeds=[0]", "--only", "baseline")

    assert code == 0
    assert statuses(result) == {("baseline", 0): "trained"}
    assert (project.directory / ".ablation-cache" / "prefect-server.log").is_file()
