"""The pre-flight as a user meets it: what it stops, what it says, and how it is left out."""

from __future__ import annotations

import shutil

import pytest

from tests.conftest import TINY, FinishedRun, Project

pytestmark = pytest.mark.xdist_group("prefect")

ZEROS = "kernel_initializer: {kind: zeros}"
CANNOT_LEARN = TINY.replace("units: 8,", f"units: 8, {ZEROS},").replace("units: 10}", f"units: 10, {ZEROS}}}")
ZERO_VARIANT = """\
  zeros:
    set:
      model.layers.hidden.kernel_initializer: {kind: zeros}
      model.layers.output.kernel_initializer: {kind: zeros}
"""
IDLE_VARIANT = "  idle: {set: {model.layers.hidden.kernel_regularizer: {kind: l2, factor: 0.0}}}\n"


@pytest.mark.slow
def test_run_whose_baseline_cannot_learn_is_stopped_before_it_trains(project: Project) -> None:
    code, result = project.run_json("run", project.write(CANNOT_LEARN))

    assert code == 2
    assert result["exit_code"] == 2
    lines = result["error"].splitlines()
    assert lines[0] == "tiny: the baseline does not pass the pre-flight."
    assert lines[1].startswith("baseline: it cannot learn 4 samples by heart")
    assert "--skip-preflight" in lines[2]
    assert not project.published("").exists()
    assert list((project.directory / ".ablation-cache" / "runs").iterdir()) == [
        project.directory / ".ablation-cache" / "runs" / ".lock"
    ]


@pytest.mark.slow
def test_run_without_preflight_trains_a_baseline_that_cannot_learn(project: Project) -> None:
    code, result = project.run_json("run", project.write(CANNOT_LEARN), "--skip-preflight", "--set", "seeds=[0]")
    assert code == 0
    assert {trial["status"] for trial in result["trials"]} == {"trained"}
    assert result["findings"] == []


@pytest.mark.slow
def test_run_with_a_variant_that_cannot_learn_trains_it_and_warns(project: Project) -> None:
    code, result = project.run_json("run", project.write(TINY + ZERO_VARIANT), "--set", "seeds=[0]")

    assert code == 0
    assert {(each["severity"], each["variant"], each["layer"]) for each in result["findings"]} == {
        ("warning", "zeros", "hidden"),
        ("warning", "zeros", "output"),
        ("warning", "zeros", None),
    }
    assert any("zeros: it cannot learn 4 samples by heart" in line for line in result["answers"])
    page = (project.published(result["run_id"]) / "index.html").read_text()
    assert "zeros: it cannot learn 4 samples by heart" in page
    assert "zeros, layer hidden: " in page


@pytest.mark.slow
def test_variant_that_changes_nothing_is_told_from_a_baseline_that_is_finished(
    finished_run: FinishedRun, project: Project
) -> None:
    shutil.copytree(finished_run.project.directory, project.directory, dirs_exist_ok=True)

    code, result = project.run_json("run", project.write(TINY + IDLE_VARIANT), "--only", "idle")

    assert code == 0
    assert [(each["variant"], each["layer"]) for each in result["findings"]] == [("idle", None)]
    assert result["findings"][0]["message"].startswith("changes nothing that training sees")
    assert {(trial["variant"], trial["status"]) for trial in result["trials"]} == {
        ("baseline", "cached"),
        ("idle", "trained"),
    }
