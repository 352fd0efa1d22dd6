"""`ablate run` on a machine that has, or has not, what the spec asks for."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.conftest import FinishedRun, Project

pytestmark = pytest.mark.xdist_group("prefect")


def with_nvidia_smi(project: Project, listing: str) -> Project:
    """Put a script called nvidia-smi first on the PATH."""
    folder = project.directory / "bin"
    folder.mkdir()
    (folder / "nvidia-smi").write_text(f"#!/bin/sh\nprintf '{listing}'\n", encoding="utf-8")
    (folder / "nvidia-smi").chmod(0o755)
    environment = project.environment | {"PATH": f"{folder}:{project.environment['PATH']}"}
    environment.pop("CUDA_VISIBLE_DEVICES", None)
    return Project(project.directory, environment)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("runtime.accelerator=gpu", "runtime.accelerator: gpu, but no GPU is visible here"),
        pytest.param(
            "runtime.gpus=2", "runtime.gpus: a trial needs 2, but no GPU is visible here", marks=pytest.mark.slow
        ),
        pytest.param(
            "runtime.memory_gb=1e6",
            "runtime.memory_gb: a trial needs 1e+06 GB, this machine has",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_run_that_could_train_nothing_ends_before_anything_starts(project: Project, setting: str, message: str) -> None:
    machine = with_nvidia_smi(project, "")
    code, document = machine.run_json("run", machine.write(), "--set", setting)
    assert code == document["exit_code"] == 5
    assert document["error"].startswith(message)
    assert not (project.directory / ".ablation-cache" / "runs").exists()


@pytest.mark.parametrize("accelerator", ["cpu", "tpu"])
def test_gpus_beside_another_accelerator_are_a_wrong_spec(project: Project, accelerator: str) -> None:
    text = f"runtime: {{accelerator: {accelerator}, gpus: 1}}\n"
    spec = project.write()
    (project.directory / spec).write_text((project.directory / spec).read_text() + text, encoding="utf-8")
    completed = project.call("validate", spec)
    assert completed.returncode == 2
    assert (
        f"study.yaml:22: runtime.gpus: stands beside accelerator: {accelerator}" in completed.stdout + completed.stderr
    )


@pytest.mark.slow
def test_finished_trials_ask_nothing_of_the_machine(finished_run: FinishedRun, project: Project) -> None:
    shutil.copytree(finished_run.project.directory, project.directory, dirs_exist_ok=True)
    machine = with_nvidia_smi(project, "")
    code, result = machine.run_json("run", "study.yaml", "--set", "runtime.accelerator=gpu")
    assert code == 0
    assert {trial["status"] for trial in result["trials"]} == {"cached"}


@pytest.mark.slow
def test_trials_are_given_gpus_of_their_own_and_fail_where_the_backend_cannot_use_them(project: Project) -> None:
    machine = with_nvidia_smi(project, "GPU 0: A (UUID: GPU-a)\\nGPU 1: B (UUID: GPU-b)\\n")
    completed = machine.run(
        "run", machine.write(), "--workers", "4", "--json", "--set", "runtime.gpus=1", "--set", "runtime.memory_gb=0.5"
    )
    assert completed.returncode == 1, completed.stderr
    trials = json.loads(completed.stdout)["trials"]
    assert {trial["status"] for trial in trials} == {"failed"}
    errors = {trial["error"].split(" of this machine")[0] for trial in trials}
    assert errors == {"AcceleratorUnusable: GPU 0", "AcceleratorUnusable: GPU 1"}
