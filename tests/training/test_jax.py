"""The same engine on JAX, in an interpreter of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.conftest import ROOT, Project

pytest.importorskip("jax", reason="JAX is not installed: it is in requirements/dev.txt")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What small trainings on JAX gave."""
    directory = tmp_path_factory.mktemp("jax")
    environment = os.environ | {"KERAS_BACKEND": "jax", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.training.jax_trials", str(directory)]
    completed = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT)
    assert completed.returncode == 0, completed.stderr
    outcomes: dict[str, Any] = json.loads((directory / "found.json").read_text())
    return outcomes


@pytest.mark.slow
def test_every_kind_of_training_learns_and_is_saved(found: dict[str, Any]) -> None:
    assert found["backend"] == "jax"
    assert {kind: len(losses) for kind, losses in found["losses"].items()} == {"sgd": 2, "averaged": 2, "phases": 3}
    assert all(losses[-1] < losses[0] for losses in found["losses"].values())


@pytest.mark.slow
def test_interrupted_training_ends_with_the_same_bits(found: dict[str, Any]) -> None:
    whole, cut = found["weights"]
    assert whole == cut


@pytest.mark.slow
def test_preflight_has_time_for_its_steps(found: dict[str, Any]) -> None:
    assert found["steps"] == 200


@pytest.mark.slow
def test_tensorflow_is_not_imported(found: dict[str, Any]) -> None:
    assert not found["has_tensorflow"]


@pytest.mark.slow
def test_quickstart_runs_on_jax(project: Project) -> None:
    spec = project.write((ROOT / "specs" / "quickstart.yaml").read_text(encoding="utf-8"))
    project.environment["KERAS_BACKEND"] = "jax"
    code, report = project.run_json("run", spec, "--set", "seeds=3")
    assert code == 0
    assert {each["status"] for each in report["trials"]} == {"trained"}
    assert len(report["trials"]) == 15
